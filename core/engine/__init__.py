"""Machinery without billing: the database, journal, timers, inbox, outbox, cards, clock."""
