"""Measure the predictions anew, write what was found into the file, and print what changed.

``python -m tests.house.refresh_predictions`` runs every study at the size ``full``, which
takes some minutes. ``python -m tests.house.refresh_predictions RUN_FOLDER`` takes the numbers
called ``large`` from a finished run of scenarios/three_arrangements.toml, for the rows that
such a run can speak to. A verdict is not written: where the numbers no longer say what the
file says, the row is printed, and somebody has to think.

``python -m tests.house.refresh_predictions --outdated`` runs the studies at the size ``quick`` and
marks the rows that they turn round; numbers and verdicts stay.
"""

import re
import sys
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from sim.base.version import VERSION
from tests.house.foretold import (
    FILE,
    OUTDATED,
    Row,
    found,
    judged,
    predictions,
    told,
    turned_round,
)
from tests.house.paired import Difference, Floats, contrast

NUMBER = r"[-+.0-9e]+"


def from_studies() -> dict[str, Difference]:
    """Every prediction, measured at full size."""
    return {key: found(row, "full") for key, row in predictions().items()}


def from_folder(folder: Path) -> dict[str, Difference]:
    """The predictions about registered outcomes of shipped arrangements, from a finished run."""
    tidy = pd.read_parquet(folder / "outcomes.parquet")
    tables = {
        name: rows.pivot(index="replication", columns="arrangement", values="value")
        for name, rows in tidy.groupby("outcome")
    }
    measured = {}
    for key, row in predictions().items():
        table = tables.get(row["measure"])
        arms = [place.removeprefix("offered/") for place in row["contrast"]]
        if table is not None and set(arms) <= set(table):
            parts: list[tuple[float, Floats]] = [
                (float(weight), table[arm].to_numpy())
                for arm, weight in zip(arms, row["contrast"].values(), strict=True)
            ]
            measured[key] = contrast(parts)
    return measured


def numbers(seen: Difference) -> tuple[float, float]:
    """Value and error as they are written; zero where nothing but rounding differs."""
    return (0.0, 0.0) if seen.is_zero else (float(f"{seen.value:.4g}"), float(f"{seen.error:.3g}"))


def rewritten(text: str, key: str, change: Callable[[str], str]) -> str:
    """The file with the block of one prediction changed."""
    start = text.index(f'id = "{key}"\n')
    end = text.find("[[prediction]]", start)
    end = len(text) if end < 0 else end
    return text[:start] + change(text[start:end]) + text[end:]


def with_found(block: str, seen: tuple[float, float]) -> str:
    """A block with its found value and error replaced."""
    value, error = seen
    block = re.sub(rf"(?m)^{OUTDATED} = .*\n", "", block)
    block = re.sub(rf"(?m)^found = {NUMBER}$", f"found = {value!r}", block)
    return re.sub(rf"(?m)^error = {NUMBER}$", f"error = {error!r}", block)


def with_large(block: str, seen: tuple[float, float]) -> str:
    """A block with the numbers of a large run replaced or added."""
    value, error = seen
    block = re.sub(r"(?m)^large = .*\n", "", block)
    return re.sub(r"(?m)^(error = .*)$", rf"\1\nlarge = [{value!r}, {error!r}]", block)


def as_outdated(seen: Difference) -> str:
    """What is written of a row that a run turns round: version, value and standard error."""
    return f"{VERSION}: {seen.value:+.4g} ({seen.error:.3g})"


def marked(text: str, key: str, seen: str) -> str:
    """The file with one row marked as outdated, or freed of the mark where nothing was seen."""

    def change(block: str) -> str:
        block = re.sub(rf"(?m)^{OUTDATED} = .*\n", "", block)
        return re.sub(
            r"(?m)^(verdict = .*\n)", rf'\1{OUTDATED} = "{seen}"\n' if seen else r"\1", block
        )

    return rewritten(text, key, change)


def mark_outdated() -> None:
    """Mark every row that the quick studies turn round, and print these."""
    text, lines = FILE.read_text(encoding="utf-8"), ""
    for key, row in predictions().items():
        seen = found(row, "quick")
        is_turned = turned_round(row, seen)
        text = marked(text, key, as_outdated(seen) if is_turned else "")
        lines += f"{key}: {row['verdict']}; {seen}\n" if is_turned else ""
    FILE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{lines}{lines.count(chr(10))} outdated\n")


def said(row: Row) -> str:
    """One line for a row whose verdict its numbers do not support, else nothing."""
    verdict = judged(row, *told(row))
    same = verdict == row["verdict"]
    value, error = told(row)
    return "" if same else f"{row['id']}: {row['verdict']} -> {verdict}; {value} +- {error}\n"


def main(arguments: list[str]) -> None:
    """Measure, write, say which verdicts no longer stand."""
    if arguments == ["--outdated"]:
        mark_outdated()
        return
    large = bool(arguments)
    measured = from_folder(Path(arguments[0])) if large else from_studies()
    text = FILE.read_text(encoding="utf-8")
    write = with_large if large else with_found
    for key, seen in measured.items():
        text = rewritten(text, key, partial(write, seen=numbers(seen)))
    if not large:
        text = re.sub(r'(?m)^version = ".*"$', f'version = "{VERSION}"', text, count=1)
    FILE.write_text(text, encoding="utf-8")
    lines = "".join(said(row) for row in tomllib.loads(text)["prediction"])
    count = lines.count("\n")
    sys.stdout.write(f"{lines}{len(measured)} measured, {count} to rethink\n")


if __name__ == "__main__":
    main(sys.argv[1:])
