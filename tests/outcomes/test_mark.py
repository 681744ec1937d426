"""The mark of an outcome, the register, and the evaluation of a history."""

import dataclasses
import math
import pickle
from pathlib import Path

import pytest

from sim.base.errors import OutcomeError
from sim.outcomes import mark as marks
from sim.outcomes.mark import Mark, Sample, evaluate, family, outcome, registry

WORDS = {
    "unit": "CNY million",
    "better": "lower",
    "basis": "flow",
    "formula": "sum of losses",
    "source": "house definition",
}


def loss(history: list[float]) -> float:
    return sum(history)


def test_a_marked_function_is_registered_and_returned_unchanged(register):
    assert outcome("bank.loss", **WORDS)(loss) is loss
    assert list(registry()) == ["bank.loss"]
    assert registry()["bank.loss"].function is loss


def test_a_mark_is_frozen(register):
    outcome("bank.loss", **WORDS)(loss)
    with pytest.raises(dataclasses.FrozenInstanceError):
        registry()["bank.loss"].unit = "share"


def test_the_register_cannot_be_written_from_outside(register):
    with pytest.raises(TypeError):
        registry()["bank.loss"] = None


def test_the_label_defaults_to_the_last_part_of_the_name(register):
    outcome("bank.credit_loss", **WORDS)(loss)
    outcome("bank.other", label="Another loss", **WORDS)(loss)
    assert registry()["bank.credit_loss"].label == "Credit loss"
    assert registry()["bank.other"].label == "Another loss"


def test_the_range_is_that_of_the_unit_unless_the_mark_says_otherwise(register):
    def of(**words):
        outcome("bank.loss", **{**WORDS, **words})(loss)
        return str(registry()["bank.loss"].bounds)

    assert (of(), of(low=0.0)) == ("any number", "[0, ∞)")
    assert of(unit="share") == "[0, 1]"
    assert of(unit="share", low=-1.0) == "[-1, 1]"
    assert of(unit="share", low=-math.inf, high=math.inf) == "any number"


def test_two_functions_cannot_share_a_name(register):
    outcome("bank.loss", **WORDS)(loss)
    with pytest.raises(ValueError, match="already defined"):
        outcome("bank.loss", **WORDS)(lambda history: 0.0)


def test_a_cell_that_runs_twice_replaces_its_own_outcome(register):
    outcome("bank.loss", **WORDS)(loss)
    outcome("bank.loss", **{**WORDS, "unit": "share"})(loss)
    assert registry()["bank.loss"].unit == "share"


@pytest.mark.parametrize("name", ["loss", "bank.", ".loss", ""])
def test_a_name_without_a_group_is_refused(register, name):
    with pytest.raises(ValueError, match="dotted name"):
        outcome(name, **WORDS)(loss)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("better", "up"),
        ("basis", "monthly"),
        ("unit", " "),
        ("formula", ""),
        ("source", ""),
    ],
)
def test_a_field_without_meaning_is_refused_by_name(register, field, value):
    with pytest.raises(ValueError, match=field):
        outcome("bank.loss", **{**WORDS, field: value})(loss)
    assert not register


YEARS = {2: {"year": "two"}, 1: {"year": "one", "better": "higher", "label": "First {year}"}}


def of_year(history: list[float], year: int) -> float:
    return history[year - 1]


def test_a_family_is_one_outcome_for_each_member_in_the_order_of_its_table(register):
    words = {**WORDS, "formula": "loss of year {year}"}
    assert family("bank.loss_{year}", over=YEARS, **words)(of_year) is of_year
    assert list(registry()) == ["bank.loss_two", "bank.loss_one"]
    assert [mark.formula for mark in registry().values()] == [
        "loss of year two",
        "loss of year one",
    ]
    assert evaluate([3.0, 4.0]) == {"bank.loss_two": 4.0, "bank.loss_one": 3.0}
    assert evaluate([3.0, 4.0], names=["bank.loss_one"]) == {"bank.loss_one": 3.0}


def test_a_member_has_fields_of_its_own(register):
    family("bank.loss_{year}", over=YEARS, **WORDS)(of_year)
    two, one = registry().values()
    assert (two.better, two.label) == ("lower", "Loss two")
    assert (one.better, one.label) == ("higher", "First one")


def test_a_member_knows_where_its_function_stands_and_travels(register):
    family("bank.loss_{year}", over=YEARS, **WORDS)(of_year)
    sent = pickle.loads(pickle.dumps(registry()["bank.loss_one"]))
    assert sent.function.__module__ == __name__
    assert sent.function([3.0, 4.0]) == 3.0


def test_members_of_a_family_cannot_share_a_name(register):
    with pytest.raises(ValueError, match="names that differ"):
        family("bank.loss", over=YEARS, **WORDS)(of_year)
    assert not register


def test_every_file_of_the_folder_is_searched_for_outcomes(monkeypatch):
    loaded = []
    monkeypatch.setattr(marks, "import_module", loaded.append)
    marks._load.__wrapped__()
    folder = Path(marks.__file__).parent
    assert {f"sim.outcomes.{path.stem}" for path in folder.glob("[a-z]*.py")} == set(loaded)


def test_every_outcome_is_evaluated(register):
    outcome("bank.loss", **WORDS)(loss)
    outcome("bank.worst", **WORDS)(max)
    assert evaluate([1.0, 4.0]) == {"bank.loss": 5.0, "bank.worst": 4.0}


def test_a_paired_outcome_sees_the_baseline(register):
    outcome("system.extra", paired=True, **WORDS)(lambda own, base: sum(own) - sum(base))
    assert evaluate([3.0], [1.0]) == {"system.extra": 2.0}


def test_a_paired_outcome_without_a_baseline_is_undefined(register):
    outcome("system.extra", paired=True, **WORDS)(lambda own, base: 1.0)
    assert math.isnan(evaluate([3.0])["system.extra"])


def test_an_undefined_outcome_is_allowed_and_an_infinite_one_is_not(register):
    outcome("bank.ratio", **WORDS)(lambda history: history[0])
    assert math.isnan(evaluate([math.nan])["bank.ratio"])
    with pytest.raises(OutcomeError, match=r"bank\.ratio"):
        evaluate([math.inf])


def test_a_mark_travels_between_processes():
    mark = Mark(name="bank.loss", label="Loss", function=loss, **WORDS)
    assert pickle.loads(pickle.dumps(mark)) == mark


def test_every_outcome_travels_between_processes():
    """Figures are drawn in several, and carry the marks of what they show."""
    stuck = {}
    for name, mark in registry().items():
        try:
            assert pickle.loads(pickle.dumps(mark)).name == name
        except (pickle.PicklingError, AttributeError) as error:
            stuck[name] = str(error)
    assert stuck == {}


def test_the_mark_says_how_its_interval_is_made():
    plain = Mark(name="bank.loss", label="Loss", function=loss, **WORDS)
    heavy = dataclasses.replace(plain, heavy_tailed=True)
    assert "Student" in plain.interval_method
    assert "median" in heavy.interval_method


def test_the_shipped_outcomes_are_loaded_and_each_has_a_group():
    assert all(mark.group == name.split(".")[0] for name, mark in registry().items())


def test_a_binary_outcome_is_a_share_and_yes_or_no(register):
    with pytest.raises(ValueError, match="binary"):
        outcome("bank.loss", binary=True, **WORDS)(loss)
    outcome("bank.loss", binary=True, **{**WORDS, "unit": "share"})(loss)
    assert evaluate([1.0])["bank.loss"] == 1.0
    assert math.isnan(evaluate([math.nan])["bank.loss"])
    with pytest.raises(OutcomeError, match=r"0, 1 or nan; got 0\.5"):
        evaluate([0.5])


def test_a_run_that_holds_too_little_takes_the_humbler_name(register):
    needs = Sample("bank-years", 200, len, "Worst bank-years")
    outcome("bank.loss", needs=needs, label="Shortfall", **WORDS)(loss)
    mark = registry()["bank.loss"]
    assert mark.of_run(range(200)) is mark
    short = mark.of_run(range(90))
    assert (short.label, short.held, short.formula) == ("Worst bank-years", 90, mark.formula)
