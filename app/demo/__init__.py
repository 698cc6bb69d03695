"""`./desk demo`: the real desk among stand-ins, with a believable world poured in through its real doors."""
