"""Receivables from a CSV file, as accounting programs export them: decoded, understood line by line, never guessed."""
