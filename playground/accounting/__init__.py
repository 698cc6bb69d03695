"""A small accounting system to try the desk with: its own books, signed deliveries, answers to questions. Imports nothing of ours."""
