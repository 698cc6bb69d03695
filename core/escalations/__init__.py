"""Escalations: along levels inside, and by a packet to Microsoft."""
