"""Zendesk Support: its webhooks in, its REST API v2 out."""
