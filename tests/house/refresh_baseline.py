"""Write the stored numbers of the small run anew, and print what moved.

``python -m tests.house.refresh_baseline``
"""

import sys

from tests.house.baseline import FILE, measured, moved, stored, write


def main() -> None:
    """Measure, say what moved, write."""
    old, new = stored(), measured()
    changes = list(moved(old, new))
    write(new)
    lines = [*changes, f"{len(changes)} of {sum(map(len, new.values()))} moved; wrote {FILE.name}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
