"""A stand-in for Zendesk Support: signed webhooks, REST API v2, its limits and its moods."""
