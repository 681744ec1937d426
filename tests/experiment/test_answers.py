"""A finished run answers, of all and by group, with what it has kept; or says what it lacks."""

import dataclasses
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.base.errors import OutcomeError, SimError
from sim.base.language import language
from sim.experiment.answers import histories_of
from sim.experiment.simulate import freeze, simulate, worlds
from sim.model.contracts.loan_book import CONTRACT
from sim.model.firms.record import FIRM
from sim.outcomes import mark
from sim.outcomes.contracts import CONTRACTS
from sim.outcomes.groups import GROUPS, SIZES, AbsentError, parts_of
from sim.outcomes.mark import evaluate, outcome, registry
from tests.experiment.small import tiny, tiny_results

STUDY = tiny(
    population__firms=150, experiment__warm_up_years=2.0, experiment__horizon_years=3.0,
    experiment__run_off_years=1.0, experiment__replications=2,
)  # fmt: skip
WORDS = {"unit": "firms", "better": "neither", "basis": "count", "formula": "f", "source": "s"}


@cache
def kept() -> Any:
    return simulate(STUDY, keep=("firms", "contracts"))


@cache
def bare() -> Any:
    """The same run without records."""
    return dataclasses.replace(kept(), firms=None, contracts=None)


@pytest.fixture
def mine() -> Iterator[str]:
    name = "firm.of_the_capital"
    yield name
    mark._MARKS.pop(name, None)


def values(frame: pd.DataFrame, group: str) -> list[float]:
    return frame.loc[frame["group"] == group, "value"].tolist()


def test_a_history_is_put_together_again_to_the_last_bit() -> None:
    again = {(h.arrangement, h.replication): h for h, _ in histories_of(kept())}
    for w in worlds(STUDY, 1):
        one, other = freeze(w), again[w.name, 1]
        for column in FIRM.columns:  # the record has bytes between columns that nobody writes
            read, back = one.firms[column.name], other.firms[column.name]
            assert read.tobytes() == back.tobytes(), column.name
        for name in CONTRACT.dtype.names:
            # Beyond the last lender with a share the book holds what no rule reads.
            if name != "lender":
                assert one.book[name].tolist() == other.book[name].tolist(), name
        assert (one.macro, one.market) == (other.macro, other.market)
        # A run keeps its banks from the start date on; what is demanded of them has those dates.
        since = len(one.dates) - len(other.dates)
        assert one.dates[since:].tolist() == other.dates.tolist()
        for name, fact in one.facts.items():
            if isinstance(fact, np.ndarray):
                assert np.array_equal(fact[since:], other.facts[name]), name
            else:
                assert fact == other.facts[name], name
    assert len(FIRM.columns) > 0


def test_what_is_measured_again_has_the_bits_of_the_run() -> None:
    """The books of the system alone are not kept; all else is."""
    stored = kept().outcomes.set_index(["arrangement", "replication", "outcome"])["value"]
    count, absent = 0, set()
    for history, baseline in histories_of(kept()):
        for name in registry():
            try:
                value = evaluate(history, baseline, [name])[name]
            except AbsentError:
                absent.add(name)
                continue
            before = stored[history.arrangement, history.replication, name]
            assert value == before or (math.isnan(value) and math.isnan(before)), name
            count += 1
    assert count > 4 * 100
    assert "firm.access_share" in absent
    assert not any(name.startswith("cycle.") for name in absent)


def test_without_a_group_the_numbers_are_those_of_the_run() -> None:
    found = bare().outcome("bank.raroc")
    rows = bare().outcomes[bare().outcomes["outcome"] == "bank.raroc"]
    assert found.columns.tolist() == ["arrangement", "replication", "group", "value"]
    assert found["value"].tolist() == rows["value"].tolist()
    assert set(found["group"]) == {"all"}


def test_flows_of_banks_and_of_regimes_add_up_without_any_records() -> None:
    whole = bare().outcome("bank.profit").set_index(["arrangement", "replication"])["value"]
    for by in ("bank", "regime"):
        parts = bare().outcome("bank.profit", by)
        sums = parts.groupby(["arrangement", "replication"], sort=False)["value"].sum()
        # Sums in another order; profit is a difference of sums of up to a thousand.
        np.testing.assert_allclose(sums, whole, rtol=1e-9, atol=1e-9)


def test_a_bank_alone_has_the_outcome_of_a_history_with_that_bank_alone() -> None:
    name = next(iter(STUDY.bank))
    found = values(kept().outcome("bank.capital_used", "bank"), name)
    banks = kept().banks
    inside = (banks["year"] > 0.0) & (banks["year"] <= STUDY.experiment.horizon_years)
    rows = banks[inside & (banks["bank"] == name)]
    expected = {}
    for key, one in rows.groupby(["arrangement", "replication"], sort=False):
        expected[key] = one["capital_years"].sum() / 3.0
    one = kept().outcome("bank.capital_used", "bank")
    order = one[one["group"] == name].set_index(["arrangement", "replication"])["value"]
    assert order.to_dict() == pytest.approx(expected)
    assert len(found) == 4


def test_a_bank_alone_is_held_to_what_is_demanded_of_it() -> None:
    """No bank holds as much as is lent, which is demanded of the last one."""
    lax = {f"bank.{name}.surcharge": 0.0 for name in STUDY.bank}
    last = list(STUDY.bank)[-1]
    mixed = STUDY.with_values(lax | {f"bank.{last}.surcharge": 1.0, "experiment.replications": 1})
    found = simulate(mixed).outcome("bank.buffer_breach", "bank").groupby("group")["value"].max()
    assert found.to_dict() == {name: float(name == last) for name in STUDY.bank}


def test_parts_that_are_outcomes_of_their_own_are_looked_up() -> None:
    found = bare().outcome("bank.default_rate", "stage")
    table = bare().outcomes.set_index(["outcome", "arrangement", "replication"])["value"]
    for stage in ("startup", "mature"):
        np.testing.assert_array_equal(
            values(found, stage), table[f"bank.default_rate_{stage}"].tolist()
        )
    assert set(bare().outcome("bank.line", "stage")["group"]) == {
        "startup", "growth", "expansion", "mature",
    }  # fmt: skip
    assert set(bare().outcome("cycle.profit", "regime")["group"]) == {"boom", "bust"}


def test_a_part_of_the_time_has_the_margin_that_its_regime_has() -> None:
    """The declared outcome and the part of the history are one number."""
    for history, baseline in histories_of(bare()):
        for regime, part, other in parts_of(history, baseline, "regime"):
            name = f"cycle.margin_{regime}"
            whole = evaluate(history, baseline, [name])[name]
            own = evaluate(part, other, ["bank.net_margin"])["bank.net_margin"]
            assert own == pytest.approx(whole, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("by", ["stage", "sector", "size"])
def test_losses_of_groups_of_firms_add_up(by: str) -> None:
    whole = kept().outcome("system.loss").set_index(["arrangement", "replication"])["value"]
    parts = kept().outcome("system.loss", by)
    sums = parts.groupby(["arrangement", "replication"], sort=False)["value"].sum()
    np.testing.assert_allclose(sums, whole, rtol=1e-12, atol=1e-12)
    assert set(parts["group"]) <= {
        "startup",
        "growth",
        "expansion",
        "mature",
        *STUDY.sector,
        *SIZES,
    }


def test_contracts_go_with_their_firms() -> None:
    """A vintage of all contracts is the mean of those of the groups, weighted by contracts."""
    by_sector = kept().outcome("bank.vintage_default_3y", "sector")
    assert set(by_sector["group"]) == set(STUDY.sector)
    for history, baseline in histories_of(kept()):
        rows = 0
        for _, part, _ in parts_of(history, baseline, "sector"):
            own = part.book["firm"]
            assert own.size == 0 or own.max() < part.firms.size
            living = part.firms["contract"][part.firms["contract"] >= 0]
            firm = part.firms["firm"][own[living]]
            assert (firm == part.firms["firm"][part.firms["contract"] >= 0]).all()
            rows += part.book.size
        assert rows == history.book.size


def test_a_function_labels_firms_and_the_baseline_has_the_same_ones() -> None:
    def good(firms: Any) -> Any:
        return np.where(firms["quality"] > 0.0, "good", "bad")

    found = kept().outcome("system.saved", good)
    assert set(found["group"]) == {"good", "bad"}
    own = found[found["arrangement"] == "plain"]
    assert (own["value"] == 0.0).all()
    with pytest.raises(OutcomeError, match="must label every firm"):
        kept().outcome("system.saved", lambda firms: firms["quality"][:3])


def test_an_outcome_that_is_defined_after_the_run_is_measured(mine: str) -> None:
    outcome(mine, **WORDS)(lambda history: float((history.firms["status"] > 0).sum()))
    whole = kept().outcome(mine)["value"]
    by = kept().outcome(mine, "sector").groupby(["arrangement", "replication"], sort=False)
    assert by["value"].sum().tolist() == whole.tolist()
    with pytest.raises(OutcomeError, match="define it before the run"):
        bare().outcome(mine)


@pytest.mark.parametrize(
    ("name", "by", "words"),
    [
        ("firm.dilution", "sector", r"records of firms, .* not kept\n  run with keep="),
        ("firm.dilution", "bank", r"no single bank"),
        ("bank.npl_ratio", "regime", "levels at dates"),
        (
            "bank.raroc",
            "colour",
            r'known: "stage", "sector", "size", "stratum", "high_tech", "bank", "regime"',
        ),
        ("bank.rarok", "bank", 'did you mean "bank.raroc"'),
        ("bank.line", None, "is not among these outcomes"),
    ],
)
def test_what_a_run_has_not_kept_or_cannot_split_is_refused(
    name: str, by: str | None, words: str
) -> None:
    with pytest.raises(OutcomeError, match=words):
        bare().outcome(name, by)


def test_what_cannot_be_split_by_firm_is_refused_though_records_were_kept() -> None:
    with pytest.raises(OutcomeError, match=r"not kept by firm\n  ask for other groups"):
        kept().outcome("bank.raroc", "sector")


def test_every_outcome_is_told_or_refused_by_every_group() -> None:
    told = dict.fromkeys(GROUPS, 0)
    history, baseline = list(histories_of(kept()))[1]
    for by in GROUPS:
        for name in registry():
            try:
                for _, part, other in parts_of(history, baseline, by):
                    evaluate(part, other, [name])
            except AbsentError:
                continue
            told[by] += 1
    assert min(told.values()) >= 25


def test_labels_are_for_people_in_their_language() -> None:
    found = bare().outcome("bank.raroc", "bank", labels=True)
    assert found.columns.tolist() == [
        "Outcome", "Unit", "Arrangement", "Replication", "Group", "Value",
    ]  # fmt: skip
    plain = bare().outcome("bank.raroc", "bank")
    assert found["Value"].tolist() == pytest.approx((100.0 * plain["value"]).tolist(), nan_ok=True)
    with language("zh"):
        sizes = kept().outcome("firm.dilution", "size", labels=True).iloc[:, 4]
    assert set(sizes) <= {"微型企业", "小型企业", "中型企业", "大型企业"}


def test_the_money_of_a_default_is_shared_out_in_full() -> None:
    contracts = simulate(
        STUDY.with_values({"experiment.arrangements": ("plain", "consortium")}),
        keep=("contracts",),
    ).contracts
    bad = contracts[contracts["defaulted"] == 1]
    assert len(bad) > 5
    paid = [c.name for c in CONTRACTS if c.name.startswith("paid_by_")]
    whole = bad["recovered"] + bad["lost"] + bad[paid].sum(axis=1)
    np.testing.assert_allclose(whole, bad["exposure_at_default"], rtol=1e-12)


def test_contracts_signed_in_the_experiment_are_summed_up() -> None:
    found = kept().contract_summary("rate", by="arrangement").set_index("arrangement")
    contracts = kept().contracts
    inside = contracts[(contracts["date"] > 0.0) & (contracts["date"] <= 3.0)]
    assert found["contracts"].sum() == len(inside)
    own = inside.loc[inside["arrangement"] == "plain", "rate"]
    assert found.loc["plain", "mean"] == pytest.approx(own.mean())
    with pytest.raises(OutcomeError, match="--keep contracts"):
        bare().contract_summary("rate")


def test_only_records_that_there_are_can_be_kept() -> None:
    for keep in (("contract",), "contracts"):
        with pytest.raises(SimError, match='takes a sequence of "firms", "events", "contracts"'):
            simulate(tiny(), keep=keep)


def test_the_opening_of_banks_has_levels_and_no_flows() -> None:
    opening = kept().banks[kept().banks["year"] == 0.0]
    assert len(opening) == len(STUDY.bank) * 4
    assert opening["loans"].sum() > 0.0
    assert (opening[["interest", "profit"]] == 0.0).all(axis=None)
    assert (tiny_results().banks["year"] > 0.0).all()  # without a common past there is none
