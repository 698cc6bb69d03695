"""A small ticketing system to click in: Request Tracker's REST 2 in, as far as a desk uses it, and Standard Webhooks out."""
