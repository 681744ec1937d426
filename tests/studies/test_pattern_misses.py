"""What the page of limits says of published regularities comes from what was found."""

import math
from pathlib import Path

import pandas as pd
import pytest

from sim.base.language import language
from sim.studies.findings import write_files
from sim.studies.moments import PATTERNS, Patterns
from sim.studies.pattern_misses import (
    DIGEST,
    economy_digest,
    kept,
    misses_in_short,
    published_misses,
)


def found(folder: Path, changed: dict[str, float], digest: str = "") -> Path:
    """Findings in which every pattern is met but for those that are changed."""
    middle = {
        one.key: 0.5 * (one.low + one.high) if math.isfinite(one.high) else one.low + 1.0
        for one in PATTERNS
    } | changed
    findings = Patterns(pd.DataFrame([middle, middle])).findings()
    write_files(folder, findings, {DIGEST: digest or economy_digest()})
    return folder


def test_each_published_miss_is_named_with_its_value_and_its_source(tmp_path: Path) -> None:
    folder = found(tmp_path / "one", {"npl_ratio": 0.05, "npl_high_over_low": 1.1})
    high, low = published_misses(folder)
    assert (
        "bad loans over loans, plain lending, 5.00 %, lies above 2.18 to 2.99 % (`LB43`)" in high
    )
    assert "worst year over best" in low
    assert "lies below 1.63 and more (`LB87`)" in low
    assert misses_in_short(folder).startswith("2 of ")
    with language("zh"):
        assert "LB43" in published_misses(folder)[0]
        assert "Published" not in "".join(published_misses(folder))


def test_what_is_met_or_rests_on_judgement_is_not_named(tmp_path: Path) -> None:
    folder = found(tmp_path / "one", {"listing_age": 90.0, "tail_index": 9.0})
    assert published_misses(folder) == []
    assert misses_in_short(folder) == ""


def test_findings_of_another_economy_say_so(tmp_path: Path) -> None:
    folder = found(tmp_path / "one", {}, "another")
    assert published_misses(folder) == [
        "The default economy has changed since its patterns were measured."
    ]


def test_without_findings_nothing_is_said(tmp_path: Path) -> None:
    assert kept(tmp_path / "none") is None
    assert published_misses(tmp_path / "none") == []


def test_what_is_shipped_holds_every_pattern() -> None:
    study = kept()
    assert study is not None
    told = study.findings.frame().set_index("pattern")
    assert list(told.index) == [one.meaning for one in PATTERNS]
    for one in PATTERNS:
        row = told.loc[one.meaning]
        error = float(row["standard_error"])
        assert row["verdict"] == one.verdict(float(row["model"]), error), one.key
        assert row["source"] == one.source


@pytest.mark.slow
def test_what_is_shipped_was_found_with_the_present_economy() -> None:
    study = kept()
    assert study is not None
    assert study.about[DIGEST] == economy_digest()
