"""How Python's garbage collector runs in the desk's processes."""

import gc

# New containers before the young are looked at, and how often an older generation is. A batch of reminders or of copies makes tens of
# thousands of rows that are all gone when it ends; at Python's own 700 (https://docs.python.org/3/library/gc.html#gc.set_threshold) the
# collector walked through them, and with them through all that lives, again and again: a quarter of a batch's CPU. What waits for the
# collector between two looks is a few megabytes at most; all else goes at once when nothing refers to it any more.
THRESHOLDS = (50_000, 20, 20)


def settle() -> None:
    """Call once when a process is built: what stands now stands until it ends, so the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
