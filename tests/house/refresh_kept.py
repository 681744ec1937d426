"""Say of kept tables that the code of today gives them, where it moves no recorded number.

``python -m tests.house.refresh_kept`` runs the net of stored numbers. Where nothing has moved,
every table beside the scenarios that is of this state of the numbers gets the digests of today's
code and facts in its head; a table of another state is named, and must be made anew.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from sim.base.files import write_atomically
from sim.experiment.identity import facts_digest, model_digest
from sim.studies.draws import shipped_draws
from sim.studies.kept import kept_folder, numbers_state
from sim.studies.over_parameters import KEY
from sim.studies.turns import TURNS
from tests.house.net import differences, measured, moved, stored


def kept_files() -> Iterator[Path]:
    """The tables that come with the scenarios, and the draws."""
    if shipped_draws().is_file():
        yield shipped_draws()
    for what in (KEY, TURNS):
        yield from sorted(kept_folder(what).glob("*.csv"))


def state_of(text: str) -> str:
    """The state of the recorded numbers that the head of a table names.

    >>> state_of("# over_parameters of a scenario\\n# numbers: abc\\na,b\\n")
    'abc'
    """
    found = re.search(r"(?m)^# numbers: (.*)$", text)
    return found[1] if found else ""


def of_today(text: str) -> str:
    """A table with the digests of today's code and facts in its head."""
    text = re.sub(r"(?m)^# model_sha256: .*$", f"# model_sha256: {model_digest()}", text)
    return re.sub(r"(?m)^# facts_sha256: .*$", f"# facts_sha256: {facts_digest()}", text)


def main() -> int:
    """Run the net; write heads, or say what must be made anew."""
    changes = moved(differences(stored(), measured()))
    if changes:
        sys.stdout.write(f"{len(changes)} numbers moved: python -m tests.house.refresh_net\n")
        return 1
    for file in kept_files():
        text = file.read_text(encoding="utf-8")
        is_same = state_of(text) == numbers_state()
        if is_same:
            write_atomically(file, of_today(text).encode())
        sys.stdout.write(
            f"{file.parent.name}/{file.name}: {'of today' if is_same else 'to be made anew'}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
