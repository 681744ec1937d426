"""What a study found, in words and tidy tables, and the files that hold it.

Every study gives its result in this one form, so that one function writes the files,
one prints the table and one lays out the page of the report.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

FINDINGS = "findings.json"
FIGURES = "figures.json"


TOTAL = "all together"
"""What the sum of parts is called."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a study found.

    Parameters
    ----------
    key : str
        Names the study and its folder: letters, digits, ``_`` and ``-``.
    title : str
        Heading on the page.
    sentences : tuple of str
        What was found, with intervals, and how sure it is. No ranking where an interval
        covers zero.
    tables : mapping of str to DataFrame
        Tidy tables by name; the first is the one that is printed. A column ``unit`` says
        in which unit the estimates of a row stand; ``low`` and ``high`` are its interval.
    captions : mapping of str to str
        What each table is, by the table's name.
    units : mapping of str to str
        Unit of a column where it is the same in all rows of all tables.

    Examples
    --------
    >>> found = Findings("example", "An example", ("One is 1.",),
    ...                  {"ones": pd.DataFrame({"one": [1.0]})}, {"ones": "Ones"})
    >>> found
    Findings(example: 1 sentence, 1 table)
    """

    key: str
    title: str
    sentences: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame]
    captions: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that cannot be files, before anything is written.

        Raises
        ------
        ValueError
            If a key is not a plain word, or a caption names no table.
        """
        for name in (self.key, *self.tables):
            if not name.replace("_", "").replace("-", "").isalnum():
                raise ValueError(f"{name!r} must be letters, digits, _ and -")
        if not set(self.captions) <= set(self.tables):
            raise ValueError(f"captions {sorted(set(self.captions) - set(self.tables))}: no table")

    def __repr__(self) -> str:
        """Say in one line what this is."""
        counts = (len(self.sentences), "sentence"), (len(self.tables), "table")
        return f"Findings({self.key}: {', '.join(_counted(*count) for count in counts)})"

    def frame(self) -> pd.DataFrame:
        """Give a copy of the first table; an empty one where there is none."""
        return next(iter(self.tables.values()), pd.DataFrame()).copy()


@dataclass(frozen=True, eq=False)
class Study:
    """Findings as they were read back, with what was written beside them.

    Parameters
    ----------
    findings : Findings
    about : mapping of str to any
        How it was made: the command, the scenario's hash, seed, replications.
    figures : sequence of mapping
        Figures as a page holds them: key, title, note and svg.
    """

    findings: Findings
    about: Mapping[str, Any]
    figures: Sequence[Mapping[str, str]] = ()


def write_files(folder: Path, findings: Findings, about: Mapping[str, Any]) -> None:
    """Write every table as CSV, and the words as JSON.

    Parameters
    ----------
    folder : Path
        Of this study; it is made.
    findings : Findings
    about : mapping of str to any
        What JSON can hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in findings.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    words = {
        "key": findings.key,
        "title": findings.title,
        "sentences": list(findings.sentences),
        "tables": {name: f"{name}.csv" for name in findings.tables},
        "captions": dict(findings.captions),
        "units": dict(findings.units),
        "about": dict(about),
    }
    text = json.dumps(words, indent=2, ensure_ascii=False)
    (folder / FINDINGS).write_text(text + "\n", encoding="utf-8")


def read_study(folder: Path) -> Study:
    """Read what `write_files` has written.

    Raises
    ------
    OSError, ValueError, KeyError
        If a file is not there or is not what was written.
    """
    words = json.loads((folder / FINDINGS).read_text(encoding="utf-8"))
    # "None" and "NA" are words in the columns of a study, not gaps.
    tables = {
        name: pd.read_csv(folder / file, keep_default_na=False, na_values=[""])
        for name, file in words["tables"].items()
    }
    found = Findings(
        words["key"], words["title"], tuple(words["sentences"]), tables, words["captions"],
        words["units"],
    )  # fmt: skip
    drawn = folder / FIGURES
    figures = json.loads(drawn.read_text(encoding="utf-8")) if drawn.is_file() else []
    return Study(found, words["about"], figures)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
