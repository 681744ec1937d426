"""Which facts a scenario or a target rests on, and what is wrong with what it cites."""

from pathlib import Path

import pytest

from sim.scenario.citations import Citations, cited_by

FACTS = ("MK12", "MK37")

BASE = """
[macro]
mean_years = 3.5
[sources]
"macro.mean_years" = "assumption 2 to 5: length of a cycle"
"""

CHILD = """extends = "base.toml"
[macro]
mean_years = 4.0
rate = 0.03
[sources]
"macro.mean_years" = "assumption 2 to 5: longer, as MK37 has it"
"macro.rate" = "MK12; MK37"
"""

TARGETS = """
[[target]]
name = "rate"
fact = "MK12"
[[target]]
fact = ["MK37", "MK99"]
[[target]]
name = "free"
[[target]]
name = "judged"
why = "no figure was found"
"""


def cited(tmp_path: Path, text: str) -> Citations:
    (tmp_path / "base.toml").write_text(BASE)
    file = tmp_path / "child.toml"
    file.write_text(text)
    return cited_by(file, FACTS)


def test_every_use_is_told_with_key_line_and_kind(tmp_path: Path) -> None:
    found = cited(tmp_path, CHILD)
    assert found.problems == ()
    assert [(u.fact, u.line, u.key, u.kind) for u in found.uses] == [
        ("MK37", 6, "macro.mean_years", "assumption"),
        ("MK12", 7, "macro.rate", "fact"),
        ("MK37", 7, "macro.rate", "fact"),
    ]


@pytest.mark.parametrize(
    ("written", "instead", "expected", "cure"),
    [
        ('"macro.rate" = "MK12; MK37"\n', "", (4, "macro.rate", "0.03"), "add to"),
        ('"macro.mean_years" = "assumption 2 to 5: longer, as MK37 has it"\n', "",
         (3, "macro.mean_years", "4.0"), "add to"),
        ("MK12; MK37", "MK12; MK73", (7, "macro.rate", "MK73"), 'did you mean "MK37"?'),
        ("MK12; MK37", "somewhere", (7, "macro.rate", "somewhere"), "write a fact id"),
        ("mean_years = 4.0", "mean_years = 9.0", (3, "macro.mean_years", "9.0"), "change"),
        ('"macro.rate" = "MK12', '"macro.old" = "MK12"\n"macro.rate" = "MK12',
         (7, "macro.old", ""), "delete"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_key_value_and_cure(
    tmp_path: Path, written: str, instead: str, expected: tuple[int, str, str], cure: str
) -> None:
    (problem,) = cited(tmp_path, CHILD.replace(written, instead)).problems
    assert problem.file == str(tmp_path / "child.toml")
    assert (problem.line, problem.key, problem.value) == expected
    assert problem.cure.startswith(cure)


def test_a_file_that_cannot_be_read_gives_its_mistakes(tmp_path: Path) -> None:
    assert cited(tmp_path, CHILD.replace("base.toml", "bass.toml")).problems[0].line == 1


def test_targets_are_uses_and_must_name_facts_that_exist(tmp_path: Path) -> None:
    found = cited(tmp_path, TARGETS)
    assert [(u.fact, u.line, u.key) for u in found.uses] == [
        ("MK12", 4, "target rate"), ("MK37", 6, "target 2"), ("MK99", 6, "target 2"),
    ]  # fmt: skip
    assert [(p.line, p.key, p.value) for p in found.problems] == [
        (6, "target 2", "MK99"), (7, "target free", ""),
    ]  # fmt: skip
