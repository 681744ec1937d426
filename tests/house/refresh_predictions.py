"""Measure the predictions anew, write what was found into the file, and print what changed.

``python -m tests.house.refresh_predictions`` runs every study at the size ``full``, two histories
at a time, and takes more of them, up to 400, as long as a row with a sign is neither decided nor
without material effect and so many could decide it. What each history said is kept in
``runs/predictions`` (``--keep FOLDER``): cut short, the same command goes on, and what is kept is
read again only by the same program, economy and measures. ``--most N`` stops at N histories.
``--only P5a P5b`` measures some rows and leaves the rest of the file as it is.

``--large RUN_FOLDER`` takes the numbers called ``large`` from a finished run of
scenarios/three_arrangements.toml, for the rows that such a run can speak to.

Verdicts are written as the numbers say. Where one has changed, the row is printed; if its
mechanism does not speak ``both_ways`` it keeps, as ``explains``, the verdict that this was written
for: somebody has to think, write the mechanism anew, and take the key out.

``--outdated`` runs the studies at the size ``quick`` and marks the rows that they turn round;
numbers and verdicts stay.
"""

import argparse
import math
import re
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import pandas as pd

from sim.base.version import VERSION
from sim.studies.kept import numbers_state
from tests.house.foretold import (
    FILE,
    MOST_HISTORIES,
    OUTDATED,
    UNDECIDED,
    Finding,
    Row,
    found,
    found_in,
    histories_of,
    judged,
    material_of,
    predictions,
    studies_of,
    told,
    turned_round,
)
from tests.house.kept_histories import SIZE, economy, ensure, kept
from tests.house.paired import Difference, Floats, contrast

KEEP = Path("runs/predictions")
FIRST = 48
"""Histories up to which an undecided row goes before its error is taken at its word."""
ROOM = 1.2
"""Times what is needed, so that one more step is enough as a rule."""
WRITTEN = (
    "found", "error", "pairs", "material", "large", "verdict", "needed", "explains", OUTDATED,
)  # fmt: skip
"""Keys of a row that this program writes, in order; `found` to `verdict` stand in every row."""


# --- How many histories --------------------------------------------------------------------------


def finding(row: Row, seen: Difference) -> Finding:
    """What is known of a row, as it is written."""
    value, error = numbers(seen)
    return Finding(value, error, seen.pairs, material_of(row, seen.level))


def next_count(row: Row, known: Finding, lived: int, most: int) -> int:
    """How many histories a row asks for, `lived` where no more would help."""
    if judged(row, known) != UNDECIDED:
        return lived
    if lived < FIRST:
        return min(FIRST, most)
    # Where a contrast is not defined in every history, so many more are needed.
    needed = known.needed * lived / known.pairs if known.pairs else math.inf
    if not needed <= MOST_HISTORIES:
        return lived
    return min(max(math.ceil(ROOM * needed), lived + 1), most)


def grown(
    rows: Iterable[Row], seen: Mapping[str, Difference], counts: Mapping[str, int], most: int
) -> dict[str, int]:
    """Histories that each study should have, so that its rows are decided."""
    wanted = dict(counts)
    for row in rows:
        studies = studies_of(row)
        lived = min(counts[name] for name in studies)
        asked = next_count(row, finding(row, seen[row["id"]]), lived, most)
        for name in studies:
            wanted[name] = max(wanted[name], asked)
    return wanted


def from_studies(rows: Sequence[Row], root: Path, most: int) -> dict[str, Difference]:
    """Rows measured at full size, with as many histories as they need."""
    studies = dict.fromkeys(name for row in rows for name in studies_of(row))
    counts = {name: min(histories_of(name, SIZE), most) for name in studies}
    while True:
        start = time.monotonic()
        new = ensure(counts, root)
        tell(f"{new} histories in {time.monotonic() - start:.0f} s; {counts}\n")
        read = cache(partial(kept_of, counts=counts, root=root))
        seen = {row["id"]: found_in(row, read) for row in rows}
        wanted = grown(rows, seen, counts, most)
        if wanted == counts:
            return seen
        counts = wanted


def kept_of(study: str, counts: Mapping[str, int], root: Path) -> dict[str, dict[str, Floats]]:
    """What is kept of a study."""
    return kept(study, counts[study], root)


def tell(line: str) -> None:
    """Say how far the work is, beside what is printed of it."""
    sys.stderr.write(line)
    sys.stderr.flush()


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


# --- What is written -----------------------------------------------------------------------------


def numbers(seen: Difference) -> tuple[float, float]:
    """Value and error as they are written; zero where nothing but rounding differs."""
    return (0.0, 0.0) if seen.is_zero else (float(f"{seen.value:.4g}"), float(f"{seen.error:.3g}"))


def rewritten(text: str, key: str, change: Callable[[str], str]) -> str:
    """The file with the block of one prediction changed."""
    start = text.index(f'id = "{key}"\n')
    end = text.find("[[prediction]]", start)
    end = len(text) if end < 0 else end
    return text[:start] + change(text[start:end]) + text[end:]


def with_keys(block: str, keys: Mapping[str, object]) -> str:
    """A block with keys of `WRITTEN` replaced, added, or taken out where they are None."""
    row = tomllib.loads(block)
    lines = {name: keys.get(name, row.get(name)) for name in WRITTEN}
    for name in WRITTEN:
        block = re.sub(rf"(?m)^{name} = .*\n", "", block)
    shown = "".join(f"{name} = {in_toml(one)}\n" for name, one in lines.items() if one is not None)
    return re.sub(r"(?m)^(both_ways = true\n)?mechanism = ", lambda at: shown + at[0], block)


def in_toml(value: object) -> str:
    """A text, a number or a list of numbers as TOML has them."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(in_toml(one) for one in value)}]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def with_found(block: str, row: Row, seen: Finding, has_large: bool) -> str:
    """A block with what the studies found, and the verdict that follows."""
    keys: dict[str, object] = {
        "found": seen.value, "error": seen.error, "pairs": seen.pairs, "material": seen.material,
        OUTDATED: None,
    }  # fmt: skip
    if not has_large:
        keys["large"] = None
    return with_verdict(with_keys(block, keys), row)


def with_large(block: str, row: Row, seen: Finding) -> str:
    """A block with the numbers of a large run, and the verdict that follows."""
    return with_verdict(with_keys(block, {"large": [seen.value, seen.error, seen.pairs]}), row)


def with_verdict(block: str, before: Row) -> str:
    """A block whose verdict is what its numbers say, with the histories that it would need."""
    row = tomllib.loads(block)
    known = told(row)
    verdict = judged(row, known)
    needed = known.needed if verdict == UNDECIDED else math.nan
    explained = verdict if "both_ways" in row else before.get("explains", before["verdict"])
    return with_keys(block, {
        "verdict": verdict,
        "needed": rounded(needed) if math.isfinite(needed) else None,
        "explains": None if explained == verdict else explained,
    })  # fmt: skip


def rounded(count: float) -> int:
    """A number of histories to two digits."""
    return int(float(f"{math.ceil(count):.2g}"))


def as_outdated(seen: Difference) -> str:
    """What is written of a row that a run turns round: version, value and standard error."""
    return f"{VERSION}: {seen.value:+.4g} ({seen.error:.3g})"


def marked(text: str, key: str, seen: str) -> str:
    """The file with one row marked as outdated, or freed of the mark where nothing was seen."""
    return rewritten(text, key, partial(with_keys, keys={OUTDATED: seen or None}))


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


def changed(before: Row, row: Row) -> str:
    """One line for a row whose verdict has changed, else nothing."""
    if before["verdict"] == row["verdict"]:
        return ""
    known = told(row)
    return (
        f"{row['id']}: {before['verdict']} -> {row['verdict']}; {known.value} +- {known.error}"
        f" in {known.pairs} histories\n"
    )


def write_studies(rows: Sequence[Row], seen: Mapping[str, Difference], text: str) -> str:
    """The file with what the studies found."""
    # Numbers of a large run that another program or economy made are no longer told.
    has_large = f'economy = "{economy()}"\n' in text
    for row in rows:
        known = finding(row, seen[row["id"]])
        change = partial(with_found, row=row, seen=known, has_large=has_large)
        text = rewritten(text, row["id"], change)
    return text


def write_large(rows: Sequence[Row], folder: Path, text: str) -> str:
    """The file with what a large run found."""
    for key, seen in from_folder(folder).items():
        row = next((one for one in rows if one["id"] == key), None)
        if row is not None:
            known = finding(row, seen)
            text = rewritten(text, key, partial(with_large, row=row, seen=known))
    return text


def options(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.house.refresh_predictions")
    parser.add_argument("--large", type=Path, metavar="RUN_FOLDER")
    parser.add_argument("--outdated", action="store_true")
    parser.add_argument("--keep", type=Path, default=KEEP, metavar="FOLDER")
    parser.add_argument("--most", type=int, default=MOST_HISTORIES, metavar="N")
    parser.add_argument("--only", nargs="+", default=[], choices=[*predictions()], metavar="ID")
    parser.add_argument("--print", action="store_true", help="write nothing, print every row")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Measure, write, say which verdicts have changed."""
    asked = options(arguments)
    if asked.outdated:
        mark_outdated()
        return
    rows = [row for key, row in predictions().items() if not asked.only or key in asked.only]
    text = FILE.read_text(encoding="utf-8")
    if asked.large:
        text = write_large(rows, asked.large, text)
    else:
        text = write_studies(rows, from_studies(rows, asked.keep, asked.most), text)
        if not asked.only:
            few = asked.most < MOST_HISTORIES
            version = f"{VERSION}, at most {asked.most} histories" if few else VERSION
            text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', text, count=1)
            text = re.sub(r'(?m)^economy = ".*"$', f'economy = "{economy()}"', text, count=1)
            text = re.sub(r'(?m)^numbers = ".*"$', f'numbers = "{numbers_state()}"', text, count=1)
    after = {row["id"]: row for row in tomllib.loads(text)["prediction"]}
    if asked.print:
        sys.stdout.write("".join(line(after[row["id"]]) for row in rows))
        return
    FILE.write_text(text, encoding="utf-8")
    lines = "".join(changed(row, after[row["id"]]) for row in rows)
    sys.stdout.write(f"{lines}{len(rows)} rows, {lines.count(chr(10))} with another verdict\n")


def line(row: Row) -> str:
    """A row in one line."""
    known = told(row)
    return (
        f"{row['id']:6} {row['expected']:3} {known.value:+.4g} ({known.error:.2g}, {known.z:+.1f})"
        f" of {known.pairs}, counts from {known.material:g}: {row['verdict']}"
        f" {row.get('needed', '')} {row.get('explains', '')}\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
