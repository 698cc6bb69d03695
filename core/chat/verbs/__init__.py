"""The rows of the action table, a module per topic."""
