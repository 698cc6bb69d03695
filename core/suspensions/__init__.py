"""Switching a subscription off for non-payment, and on again: facts, quorum, cooling-off, last look, execution, restore."""
