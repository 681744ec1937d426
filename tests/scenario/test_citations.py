"""Which facts a scenario or a target rests on, and what is wrong with what it cites."""

from pathlib import Path

import pytest

from sim.base.errors import Problem
from sim.scenario.edit import assign_texts
from sim.scenario.read import resolve
from sim.scenario.scenario import load_scenario, load_with_notices
from sim.scenario.sources import Citations, cited_by, notices
from sim.scenario.toml_text import dump_model
from tests.house.small import SCENARIOS

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

PATH = """
[[macro.path]]
years_from_start = 0.0
regime = "boom"

[[macro.path]]
years_from_start = 4.5
regime = "bust"
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


def child(tmp_path: Path, text: str) -> Path:
    (tmp_path / "base.toml").write_text(BASE)
    file = tmp_path / "child.toml"
    file.write_text(text)
    return file


def cited(tmp_path: Path, text: str) -> Citations:
    return cited_by(child(tmp_path, text), FACTS)


def noticed(file: Path, *settings: str) -> list[Problem]:
    stated = resolve(file)
    return notices(assign_texts(stated, settings), stated)


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


@pytest.mark.parametrize(
    ("own", "keys"),
    [
        ('[macro]\nopening = "bust"\nstated = false\n', []),
        ("[bank.one]\nshare = 1\nequity = [1.0]\n", ["bank.one.share", "bank.one.equity"]),
        ('[arrangement.swap]\nright = { kind = "swap", stake = 0.1 }\n',
         ["arrangement.swap.right.stake"]),
        (PATH, ["macro.path"]),
        (PATH + '[sources]\n"macro.path" = "assumption 0 to 5: cold years"\n', []),
        # The source of a value that is replaced does not hold for the other.
        ("[macro]\nmean_years = 4.0\n", ["macro.mean_years"]),
    ],
)  # fmt: skip
def test_numbers_of_a_file_without_a_source_are_named(
    tmp_path: Path, own: str, keys: list[str]
) -> None:
    found = cited(tmp_path, 'extends = "base.toml"\n' + own).problems
    assert [problem.key for problem in found] == keys


def test_a_file_of_ones_own_is_told_how_many_numbers_have_no_source(tmp_path: Path) -> None:
    text = 'extends = "base.toml"\n[bank.one]\nshare = 1\nequity = [1.0]\n'
    (told,) = noticed(child(tmp_path, text))
    assert told.file == str(tmp_path / "child.toml")
    assert told.rule == (
        "2 numbers have no source: bank.one.share (line 3), bank.one.equity (line 4)"
    )
    assert "assumption LOW to HIGH" in told.cure
    assert noticed(tmp_path / "base.toml") == []


def test_values_that_are_set_need_no_source_but_lie_in_its_range(tmp_path: Path) -> None:
    base = child(tmp_path, "").parent / "base.toml"
    assert noticed(base, "macro.mean_years=3", "macro.rate=7") == []
    (told,) = noticed(base, "macro.mean_years=350")
    assert (told.file, told.key, told.value) == ("--set", "macro.mean_years", "350")
    assert "assumption 2 to 5: length of a cycle" in told.cure
    base.write_text(BASE.replace("2 to 5", "x0.5 to x2"))
    assert noticed(base, "macro.mean_years=6.9") == []
    assert [one.value for one in noticed(base, "macro.mean_years=7.1")] == ["7.1"]


def test_a_scenario_that_a_run_writes_out_needs_no_source_for_defaults(tmp_path: Path) -> None:
    written = tmp_path / "scenario.toml"
    whole = load_scenario(SCENARIOS / "three_arrangements.toml")
    text = dump_model(whole)
    written.write_text(text, encoding="utf-8")
    assert load_with_notices(written)[1] == []
    written.write_text(text.replace("first_loss_share = 0.0", "first_loss_share = 0.1", 1))
    (told,) = load_with_notices(written)[1]
    assert told.rule.startswith("1 number has no source: arrangement.plain.loss_sharing.first")


def test_a_source_in_no_known_form_and_one_of_no_number_are_noticed(tmp_path: Path) -> None:
    text = CHILD.replace("MK12; MK37", "a guess") + '"macro.mean_year" = "MK12"\n'
    assert [(one.line, one.key) for one in noticed(child(tmp_path, text))] == [
        (7, "macro.rate"), (8, "macro.mean_year"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "setting",
    [
        "loan_prime_rate.one_year_rate=3.0", "underwriting.funding_rate=1.75",
        "measurement.discount_rate=4", "bank.state_bank_a.desk_risk_assets=400000000",
        "operations.opening_cash=5919000",
        "capital.hurdle_rate=7.78",
    ],
)  # fmt: skip
def test_per_cent_for_fractions_and_yuan_for_millions_are_noticed(setting: str) -> None:
    file = SCENARIOS / "three_arrangements.toml"
    assert load_with_notices(file)[1] == []
    scenario, (told,) = load_with_notices(file, [setting])
    assert scenario.title
    assert told.key == setting.partition("=")[0]
    assert told.rule.startswith("must lie in the range that its source calls plausible")


@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ('macro.path=[{years_from_start=2025.0, regime="boom"},'
         ' {years_from_start=2027.0, regime="bust"}]', "macro.path"),
        ("equity_market.path=[{years_from_start=15.0, winter=true}]", "equity_market.path"),
        ('macro.spell=[{years_from_start=2025.0, length_years=2.0, regime="bust"}]',
         "macro.spell[0]"),
        ('dated={"capital.own_buffer"=[{date=2041-01-01, value=0.02}]}',
         'dated."capital.own_buffer"'),
        ('policy=[{programme="late", arrangement="consortium", start=2040-01-01}]', "policy[0]"),
        ('policy=[{programme="late", arrangement="consortium", start=2019-01-01, end=2025-01-01}]',
         "policy[0]"),
    ],
)  # fmt: skip
def test_what_never_comes_into_force_is_noticed(setting: str, key: str) -> None:
    names = 'experiment.arrangements=["plain", "late"]' if "late" in setting else "title=own"
    file = SCENARIOS / "three_arrangements.toml"
    (told,) = load_with_notices(file, [setting, names])[1]
    assert (told.file, told.key) == ("--set", key)
    inside = setting.replace("2025.0", "-1.0").replace("15.0", "14.0").replace("2040", "2030")
    inside = inside.replace("2027.0", "2.0").replace("2041", "2030")
    assert (
        load_with_notices(file, [inside.replace("end=2025-01-01", "end=2026-01-01"), names])[1]
        == []
    )
