"""How often somebody is reminded, and how long they may ask not to be: the desk's own numbers, each with its reason."""

from datetime import timedelta

# Open time between one reminder of what was missed and the next: who was busy sees the second the same day, and nobody is nagged by the
# hour. After the last one it is the group's: a fifth reminder helps nobody whom four did not move.
REPEATS_AFTER = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=8))

# Working days that a snooze may last: an invoice asked for today is there by then. Who waits longer says for whom: `wait`.
LONGEST_SNOOZE = 3
# Snoozes one after another without anything having come of the case: a third would be a case that nobody works on.
SNOOZES_IN_A_ROW = 2
