"""The collections policy as data, and what follows from it: the ladder, notices and their proof."""
