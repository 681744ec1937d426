"""Write the stored numbers of every scenario file anew, and print what moved.

``python -m tests.house.refresh_net``
"""

import sys

from tests.house.net import FILE, differences, measured, stored, write


def main() -> None:
    """Measure, say what moved, write."""
    old, new = stored(), measured()
    changes = list(differences(old, new))
    write(new)
    values = sum(len(arms) for outcomes in new.values() for arms in outcomes.values())
    lines = [*changes, f"{len(changes)} of {values} moved; wrote {FILE.name}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
