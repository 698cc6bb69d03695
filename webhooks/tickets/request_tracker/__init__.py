"""Request Tracker 5: its webhooks in, its REST 2 out."""
