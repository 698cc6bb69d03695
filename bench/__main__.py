"""`./desk bench [NAME …]`: run the comparisons; the status is 1 when a ratio is below its floor."""

import sys
from collections.abc import Callable, Mapping

from bench import copies, ingest, nudges, search, slash

BENCHES: Mapping[str, Callable[[], bool]] = {
    "copies": copies.run,
    "ingest": ingest.run,
    "nudges": nudges.run,
    "search": search.run,
    "slash": slash.run,
}


def main(names: list[str]) -> int:
    """Run those named, or all."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHES)}.")
        return 2
    held = [BENCHES[name]() for name in names or BENCHES]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
