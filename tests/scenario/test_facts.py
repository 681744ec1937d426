"""What a file of published figures holds, and what a fact in it may lack."""

from pathlib import Path

import pytest

from sim.base.errors import ScenarioError
from sim.scenario.sources import Fact, read_facts

GOOD = """
[AH01]
meaning = "banks"
value = 107
unit = "count"
bound = "above"
date = "2025-11"
region = "Anhui"
programme = "Growth plan"
source = ["article"]
grade = "official aggregate"

[sources.article]
title = "a report"
"""


def problems(tmp_path: Path, text: str) -> list[tuple[int | None, str, str]]:
    file = tmp_path / "facts.toml"
    file.write_text(text, encoding="utf-8")
    return [(p.line, p.key, p.value) for p in read_facts(file).problems()]


def test_a_whole_fact_has_no_problem_and_a_place(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []
    facts = read_facts(tmp_path / "facts.toml")
    assert list(facts.facts) == ["AH01"]
    assert facts.facts["AH01"].line == 2
    assert facts.facts["AH01"].value_in_words() == ">107"


@pytest.mark.parametrize(
    ("written", "instead", "found"),
    [
        ('date = "2025-11"\n', "", (2, "AH01.date", "")),
        ('source = ["article"]\n', "", (2, "AH01.source", "")),
        ('source = ["article"]', "source = []", (10, "AH01.source", "")),
        ('["article"]', '["artikle"]', (10, "AH01.source", "artikle")),
        ('grade = "official aggregate"\n', "", (2, "AH01.grade", "")),
        ("official aggregate", "official", (11, "AH01.grade", "official")),
        ("value = 107\n", "", (2, "AH01.value", "")),
    ],
)
def test_what_a_fact_lacks_is_told_with_its_line(
    tmp_path: Path, written: str, instead: str, found: tuple[int, str, str]
) -> None:
    assert problems(tmp_path, GOOD.replace(written, instead)) == [found]


def test_a_file_that_is_not_there_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="can be read"):
        read_facts(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match="not TOML"):
        problems(tmp_path, GOOD + "x = = 1")


def test_a_list_is_told_with_label_bound_and_unit_of_each_number() -> None:
    fact = Fact(
        "AH20",
        {"value": [200_000, 0.0175], "labels": ["quota", "rate"], "bounds": ["about", "exact"],
         "units": ["CNY million", "per year"]},
    )  # fmt: skip
    assert fact.value_in_words() == "quota ~200000 CNY million; rate 0.0175 per year"
