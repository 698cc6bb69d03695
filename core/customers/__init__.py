"""Customers, their confirmed links to other systems, and what they subscribe to."""
