"""The licences of the pinned packages, as their installed metadata tell them.

``python -m tests.house.licences`` writes ``docs/licences.md``.
"""

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
PINS, PAGE = ROOT / ".ci" / "constraints.txt", ROOT / "docs" / "licences.md"
HEAD = """\
# Licences of the pinned packages

What the metadata of each package say, where it is installed; written by
`python -m tests.house.licences`. What a run needs stands in `pyproject.toml`; the others come with
that, or with tests, documentation and extras. No package comes with the program.

| package | version | licence |
|---|---|---|
"""
LONGEST = 80


def pinned() -> dict[str, str]:
    """Versions by package."""
    lines = PINS.read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines if "==" in line)


def licence(name: str) -> str:
    """Say the licence of a package: its expression, its classifiers, or words; "" without it."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    if expression := told.get("License-Expression"):
        return str(expression)
    classes = [
        line.split(" :: ")[-1]
        for line in told.get_all("Classifier") or []
        if line.startswith("License :: OSI")
    ]
    words = (told.get("License") or "").strip().split("\n")[0]
    return re.sub(r"\s+", " ", ", ".join(classes) or words)[:LONGEST] or "not told"


def main() -> None:
    """Write the page."""
    found = {name: licence(name) for name in pinned()}
    rows = [f"| {name} | {pinned()[name]} | {told} |" for name, told in found.items() if told]
    left = [name for name, told in found.items() if not told]
    more = (
        f"\nPinned and not installed where this was written: {', '.join(left)}.\n" if left else ""
    )
    PAGE.write_text(HEAD + "\n".join(rows) + "\n" + more, encoding="utf-8")
    sys.stdout.write(f"{len(rows)} of {len(found)} packages\n")


if __name__ == "__main__":
    main()
