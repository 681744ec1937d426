"""The story of one firm: events side by side, and where lives part."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.base.errors import ScenarioError
from sim.engine.history import History
from sim.experiment.simulate import freeze, open_world, worlds
from sim.model.firms.record import ALIVE, EVENT_NAMES, STAGES, UNBORN
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.firm_wealth import founder_values
from sim.outcomes.reading import net_loss, newborn
from sim.studies.story import (
    PARTIES,
    TOTAL,
    Story,
    Terms,
    effects,
    filled,
    firms_payments,
    founders_wealth,
    lenders_money,
    life_of,
    story,
    story_gap,
    terms_of,
)
from sim.studies.story import _ending as ending_of
from tests.experiment.small import tiny
from tests.model.firms.hand import firm as firm_record
from tests.studies.small import small


def told(*events):
    return pd.DataFrame(events, columns=["date", "event", "value"])


BIRTH, QUARTER = (0.0, "birth", 6.0), (0.25, "quarter", 5.0)
SIGNED, LARGER = (0.3, "loan signed", 8.0), (0.3, "loan signed", 12.0)


def of(plain, other):
    return Story(7, 0, {"plain": told(*plain), "swap": told(*other)}, {"plain": "a", "swap": "b"})


HERE = '"loan signed" in year 0.30 (line 8 CNY million)'
THERE = '"loan signed" in year 0.30 (line 12 CNY million)'


@pytest.mark.parametrize(
    ("plain", "other", "parts"),
    [
        ([BIRTH, SIGNED], [BIRTH, SIGNED], ["the same life as under the baseline"]),
        ([BIRTH, QUARTER, SIGNED], [BIRTH, QUARTER, LARGER], [f"parts with {THERE}", HERE]),
        ([BIRTH], [BIRTH, SIGNED], [f"parts with {HERE}", "no further event"]),
        ([BIRTH, SIGNED], [BIRTH], ["parts with", HERE]),
    ],
)
def test_where_two_lives_part(plain, other, parts):
    first, *endings = of(plain, other).divergence.splitlines()
    assert first.startswith(f"Swap: {parts[0]}")
    assert all(part in first for part in parts)
    assert endings == ["Plain ends: a", "Swap ends: b"]


def test_events_stand_side_by_side_in_order_and_quiet_ones_are_left_out():
    twice = [BIRTH, QUARTER, (0.3, "line drawn", 1.0), (0.3, "line drawn", 2.0)]
    table = of([BIRTH, QUARTER, SIGNED], twice).frame()
    assert list(table.columns) == ["year", "event", "plain", "swap"]
    assert table[["year", "event"]].values.tolist() == [
        [0.0, "birth"], [0.3, "line drawn"], [0.3, "line drawn"], [0.3, "loan signed"],
    ]  # fmt: skip
    assert table["plain"].fillna(-1.0).tolist() == [6.0, -1.0, -1.0, 8.0]
    assert table["swap"].fillna(-1.0).tolist() == [6.0, 1.0, 2.0, -1.0]


def test_numbers_of_events_are_told_with_what_they_are_and_their_unit():
    refused = (0.2, "loan refused", 0.25)
    shown = of([BIRTH, refused], [BIRTH, refused, SIGNED]).lives()
    assert shown["number"].tolist() == [
        "cash, CNY million", "part of the line that stays, %", "line, CNY million",
    ]  # fmt: skip
    assert shown["plain"].tolist() == ["6", "25", "–"]
    assert shown["swap"].tolist() == ["6", "25", "8"]


def test_stages_and_setbacks_of_a_life_follow_its_events():
    scenario = tiny(population__firms=40, experiment__horizon_years=6.0)
    (plain, *_) = worlds(scenario, 0, trace=True)
    changes = 0
    for firm, f in enumerate(plain.firms):
        life = life_of(plain, firm)
        if f.status == UNBORN:
            assert life.spells.empty
            continue
        stages = life.spells[life.spells["what"].isin(STAGES)]
        last = min(float(f.end), 6.0)
        assert stages["start"].tolist() == [float(f.birth), *stages["end"].tolist()[:-1]]
        assert (stages["what"].iloc[0], stages["what"].iloc[-1]) == ("startup", STAGES[f.stage])
        assert stages["end"].iloc[-1] == last
        reached = stages.drop_duplicates("what", keep="last").set_index("what")["start"]
        fell = any(life.events["event"] == "falls back a stage")
        for code in range(1, int(f.stage) + 1):
            assert fell or reached[STAGES[code]] == f.stage_date[code]
        changes += len(stages) - 1
        troubles = life.spells[life.spells["what"] == "setback"]
        known = f.status not in (ALIVE,) or f.setback == any(troubles["end"] == last)
        assert known
    assert changes > 5


def test_regimes_cover_the_whole_run_without_gaps():
    scenario = tiny(experiment__warm_up_years=2.0, experiment__horizon_years=3.0)
    (plain, *_) = worlds(scenario, 0, trace=True)
    regimes = life_of(plain, 0).regimes
    assert (regimes["start"].iloc[0], regimes["end"].iloc[-1]) == (-2.0, 3.0)
    assert regimes["start"].tolist()[1:] == regimes["end"].tolist()[:-1]
    assert list(regimes["what"].cat.categories) == list(scenario.macro.regime)


def test_a_story_of_nobody_is_an_empty_table():
    assert len(Story(0, 0, {}, {}).frame()) == 0


def test_a_story_says_whose_it_is():
    assert repr(of([BIRTH], [BIRTH])) == "Story(firm 7, replication 0)"


def test_a_firm_is_followed_under_each_arrangement():
    scenario = tiny()
    found = story(scenario, 3, replication=1)
    assert (found.firm, found.replication) == (3, 1)
    assert list(found.events) == list(found.endings) == ["plain", "revenue_swap"]
    for w in worlds(scenario, 1, trace=True):
        mine = [row for part in w.events for row in part if row["firm"] == 3]
        events = found.events[w.name]
        assert events["date"].tolist() == [float(row["date"]) for row in mine]
        assert events["event"].tolist() == [EVENT_NAMES[int(row["event"])] for row in mine]
        assert events["event"].tolist()[0] == "birth"


@pytest.mark.parametrize(
    ("values", "ending"),
    [
        ({"lifecycle__failure_hazard": [1e6] * 4}, "closed: technical failure in year 0.00"),
        (
            {"lifecycle__failure_hazard": [0.0] * 4, "experiment__horizon_years": 0.02},
            "alive in the startup stage, value ",
        ),
    ],
)
def test_how_a_life_ends_is_told(values, ending):
    few = tiny(population__firms=3, experiment__arrangements=("plain",), **values)
    assert story(few, 1).endings["plain"].startswith(ending)


def test_a_firm_that_enters_later_has_no_ending_yet():
    assert ending_of(firm_record(status=UNBORN)) == "not yet founded"


@pytest.mark.parametrize("firm", [-1, 60])
def test_there_must_be_such_a_firm(firm):
    with pytest.raises(ScenarioError, match="from 0 to 59"):
        story(tiny(), firm)


# --- One firm's gap in money is an identity: effects add up, and are zero where nothing differs --


HARSH = {
    "lifecycle.failure_hazard": [0.2, 0.2, 0.2, 0.2], "population.firms": 300,
    "experiment.arrangements": ["plain", "revenue_swap"],
}  # fmt: skip


@cache
def histories() -> tuple[History, History]:
    plain, swap = (freeze(w) for w in worlds(small().with_values(HARSH), 0))
    return plain, swap


def terms(history: History, firm: int) -> Terms:
    own = terms_of(history, firm)
    return filled(own, own)


@pytest.mark.parametrize("which", [0, 1])
def test_the_identities_are_those_of_the_outcomes(which: int) -> None:
    history = histories()[which]
    firms = range(history.firms.shape[0])
    money = client_income(history) - client_funding(history) - net_loss(history)
    assert int(history.firms.defaulted.sum()) >= 2
    found = [lenders_money(terms(history, firm)) for firm in firms]
    np.testing.assert_allclose(found, money, rtol=1e-9, atol=1e-9)
    a = history.firms
    paid = a.cum_interest + a.cum_royalty + a.cum_delivery
    np.testing.assert_allclose([firms_payments(terms(history, f)) for f in firms], paid, atol=1e-9)
    wealth = [founders_wealth(terms(history, firm)) for firm in np.flatnonzero(newborn(history))]
    np.testing.assert_allclose(wealth, founder_values(history), rtol=1e-9, atol=1e-9)


def test_effects_of_every_firm_add_up_to_its_gap() -> None:
    plain, swap = histories()
    money = [client_income(h) - client_funding(h) - net_loss(h) for h in (plain, swap)]
    gaps = money[1] - money[0]
    assert np.count_nonzero(gaps) > 10
    for firm in np.flatnonzero(gaps):
        rows = effects("lenders together", terms_of(plain, firm), terms_of(swap, firm))
        parts = {row["effect"]: row["part"] for row in rows}
        assert parts.pop(TOTAL) == pytest.approx(gaps[firm], rel=1e-9)
        assert sum(parts.values()) == pytest.approx(gaps[firm], rel=1e-9)


def test_a_rate_alone_is_a_rate_effect_and_nothing_else() -> None:
    plain, _ = histories()
    firm = int(np.flatnonzero(plain.firms.cum_balance > 0.0)[0])
    one = terms_of(plain, firm)
    other = {**one, "rate": one["rate"] + 0.01}
    for party in ("lenders together", "firm's payments"):
        parts = {row["effect"]: row["part"] for row in effects(party, one, other)}
        assert parts["rate"] == pytest.approx(0.01 * plain.firms.cum_balance[firm])
        assert all(value == 0.0 for name, value in parts.items() if name not in ("rate", TOTAL))


def test_a_firm_without_a_loan_owes_the_gap_to_access() -> None:
    plain, _ = histories()
    firm = int(np.flatnonzero((plain.firms.cum_balance > 0.0) & (plain.firms.defaulted == 0))[0])
    with_loan = terms_of(plain, firm)
    nothing = {name: float("nan") for name in ("rate", "balance", "fee", "refinanced", "share")}
    without = {**with_loan, **nothing, "access": 0.0}
    parts = {r["effect"]: r["part"] for r in effects("firm's payments", without, with_loan)}
    assert parts["tenor"] == pytest.approx(plain.firms.cum_interest[firm])
    assert parts["rate"] == parts["line"] == 0.0


def test_a_story_tells_every_party_and_both_lives() -> None:
    scenario = small().with_values(HARSH)
    plain, swap = histories()
    firm = int(np.flatnonzero(plain.firms.cum_interest != swap.firms.cum_interest)[0])
    told = story_gap(scenario, firm, ("plain", "revenue_swap"))
    assert set(told.frame()["party"]) == set(PARTIES)
    assert list(told.story.events) == ["plain", "revenue_swap"]
    words = told.findings().sentences
    assert words[0].startswith("Lenders together, revenue swap less plain: ")
    assert "no interval" in words[-1]


def test_two_lives_that_are_the_same_are_told_in_a_sentence_and_no_table_of_zeros() -> None:
    plain, swap = histories()
    never = (plain.firms.cum_interest == 0.0) & (swap.firms.cum_interest == 0.0)
    firm = int(np.flatnonzero(never & (plain.firms.end == swap.firms.end))[0])
    found = story_gap(small().with_values(HARSH), firm, ("plain", "revenue_swap")).findings()
    assert found.sentences[0] == "All money on the firm is the same under both."
    assert next(iter(found.tables.values())).empty


@pytest.mark.parametrize(
    ("firm", "versus", "words"),
    [
        (1, "revenue_swop", "revenue_swap"),
        (1, "plain", "must name two"),
        (999, "revenue_swap", "0 to 299"),
    ],
)
def test_what_is_not_there_is_told(firm: int, versus: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        story_gap(small().with_values(HARSH), firm, ["plain", versus])


def test_a_firm_that_was_there_before_events_were_kept_is_told_from_then_on():
    settled = tiny(
        population__firms=40,
        population__entry_rate=0.1,
        population__initial_share=0.0,
        experiment__settling_years=9.0,
        experiment__horizon_years=2.0,
        experiment__arrangements=("plain",),
    )
    told = story(settled, 0)
    first = told.spells["plain"].iloc[0]
    assert open_world(settled, 0).firms["birth"][0] < 0.0 == first["start"]
