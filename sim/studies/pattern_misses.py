"""Published regularities that the default economy misses, as pages tell them.

They are read from what the patterns of the default economy were found to be, which lies beside
the facts; ``python -m tests.house.refresh_patterns`` finds them anew. Nothing of it is typed in.
"""

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from sim.base.language import tr
from sim.base.shipped import PREFIX, scenario_path, top
from sim.base.wording import level_text, range_text, unit_style
from sim.studies.findings import Study, read_study

MET = "inside", "near"
"""Verdicts that meet a pattern."""
PUBLISHED, ASSUMED, BUILT = "published", "assumed", "by construction"
"""Grades of patterns."""
FOLDER = "seeds/patterns"
"""Where the findings lie, from the top of what is shipped."""
ECONOMY = PREFIX + "base/china_technology"
DIGEST = "economy_sha256"
"""What of the default economy they were found with, among what was written beside them."""


def economy_digest() -> str:
    """Digest of the file of the default economy."""
    return hashlib.sha256(scenario_path(ECONOMY).read_bytes()).hexdigest()


def kept(folder: Path | None = None) -> Study | None:
    """Read the findings; None where there are none."""
    place = top() / FOLDER if folder is None else folder
    return read_study(place) if place.is_dir() else None


def published_misses(folder: Path | None = None) -> list[str]:
    """Say of each published pattern that is missed how far, and whether that is out of date."""
    study = kept(folder)
    if study is None:
        return []
    frame = study.findings.frame()
    missed = frame[(frame["grade"] != ASSUMED) & ~frame["verdict"].isin([*MET, "undefined"])]
    said = [_told(row) for _, row in missed.iterrows()]
    if study.about.get(DIGEST) != economy_digest():
        said.append(tr("The default economy has changed since its patterns were measured."))
    return said


def misses_in_short(folder: Path | None = None) -> str:
    """Count the published patterns that are missed; empty where there are none."""
    study = kept(folder)
    if study is None:
        return ""
    frame = study.findings.frame()
    known = frame[(frame["grade"] != ASSUMED) & (frame["verdict"] != "undefined")]
    missed = int((~known["verdict"].isin(MET)).sum())
    if not missed:
        return ""
    return tr(
        "{count} of {total} published regularities are not met by the default economy; the report"
        " names them.",
        count=missed, total=len(known),
    )  # fmt: skip


def _facts(source: str) -> str:
    """Ids of the facts behind a pattern, between back quotes; what is said of them is left out.

    >>> _facts("LB43: bad loans of small firms"), _facts("LB21; LB18")
    ('`LB43`', '`LB21`, `LB18`')
    """
    return ", ".join(f"`{one.strip()}`" for one in source.partition(":")[0].split(";"))


def _told(row: "pd.Series[Any]") -> str:
    """Tell one miss."""
    unit, error = str(row["unit"]), float(row["standard_error"])
    low, high = float(row["published_low"]), float(row["published_high"])
    if pd.isna(high) or high == float("inf"):
        ends = tr("{least} and more", least=level_text(low, unit))
    else:
        ends = range_text(low, high, unit) + unit_style(unit).level
    words = {
        "above": "Published, and not met by the default economy: {pattern}, {value}, lies above"
        " {ends} ({source}).",
        "below": "Published, and not met by the default economy: {pattern}, {value}, lies below"
        " {ends} ({source}).",
    }[str(row["verdict"])]
    return tr(
        words, pattern=tr(str(row["pattern"])), ends=ends, source=_facts(str(row["source"])),
        value=level_text(float(row["model"]), unit, error),
    )  # fmt: skip
