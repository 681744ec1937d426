"""Write the stored numbers of every scenario file anew, and print what moved.

``python -m tests.house.refresh_net``. Where a number moved that was there before, the state of the
recorded numbers (``seeds/numbers.txt``) is another one, and kept tables are of the one before.
"""

import sys

from sim.base.files import digest_of_file
from sim.base.shipped import top
from sim.studies.kept import NUMBERS
from tests.house.net import FILE, differences, measured, moved, stored, write


def main() -> None:
    """Measure, say what moved, write."""
    old, new = stored(), measured()
    changes = list(differences(old, new))
    write(new)
    if moved(changes):
        (top() / NUMBERS).write_text(digest_of_file(FILE) + "\n", encoding="utf-8")
    values = sum(len(arms) for outcomes in new.values() for arms in outcomes.values())
    lines = [*changes, f"{len(changes)} of {values} moved; wrote {FILE.name}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
