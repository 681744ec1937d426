"""Broken scenario files with the messages that they are to give, kept in ``broken.txt``.

``python -m tests.scenario.broken`` writes the messages anew and prints those that changed. A
case begins with ``>`` and the text of a scenario, and may go on with ``+`` and a table of steps
(``path.csv``), ``*`` and another file (``base.toml``), or ``=`` and a setting; all as JSON writes
text. Beneath stands one line for each problem: where, what and cure.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner, Result

from sim.cli.app import app

FILE = Path(__file__).with_name("broken.txt")
ROOT = str(Path(__file__).parents[2])
PLACES = {">": "x.toml", "+": "path.csv", "*": "base.toml"}
HEAD = (
    "Broken scenarios with their messages, one line for each problem: where | what | cure.\n"
    "Written by python -m tests.scenario.broken, which says what the signs mean.\n"
)


@dataclass(frozen=True)
class Case:
    """Lines that say what is broken, and the problems that are told."""

    given: tuple[str, ...]
    told: tuple[str, ...] = ()

    def write(self) -> list[str]:
        """Write the files into the current folder; give the settings."""
        settings = []
        for line in self.given:
            text = json.loads(line[2:])
            if line[0] == "=":
                settings += ["--set", text]
            else:
                # A byte that is no letter stands as a surrogate.
                content = text.encode("utf-8", "surrogateescape")
                Path(PLACES[line[0]]).write_bytes(content)
        return settings


def cases() -> Iterator[Case]:
    """Read all cases."""
    for block in FILE.read_text(encoding="utf-8").split("\n\n")[1:]:
        lines = block.strip("\n").split("\n")
        given = tuple(line for line in lines if line[0] in "=>+*")
        yield Case(given, tuple(line for line in lines if line[0] not in "=>+*"))


def answer(case: Case, folder: Path) -> tuple[Result, tuple[str, ...]]:
    """Check a case in an empty folder; give what came of it, and the problems in a line each."""
    with chdir(folder):
        settings = case.write()
        there = sorted(file.name for file in Path().iterdir())
        result = CliRunner().invoke(app, ["check", "x.toml", *settings])
        assert sorted(file.name for file in Path().iterdir()) == there, "something was written"
        for name in there:
            Path(name).unlink()
    text = result.stderr.replace(str(folder.resolve()), "HERE").replace(ROOT, "THERE")
    *problems, _ = text.split("\n\n")
    return result, tuple(" " + " | ".join(p.strip() for p in one.split("\n")) for one in problems)


def main() -> None:
    """Write the messages anew."""
    blocks = []
    with TemporaryDirectory() as folder:
        for case in cases():
            found = answer(case, Path(folder))[1]
            if found != case.told:
                sys.stdout.write("\n".join((*case.given, *found, "")))
            blocks.append("\n".join((*case.given, *found)))
    FILE.write_text("\n\n".join((HEAD.strip("\n"), *blocks)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
