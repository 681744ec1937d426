"""Observers look at every life of a run, in each process alike, and change none."""

from typing import Any

import pandas as pd
import pytest

from sim.base.errors import SimError
from sim.experiment.observers import Event, Look, Observer
from sim.experiment.simulate import simulate
from sim.scenario.scenario import Scenario
from tests.experiment.small import tiny

STUDY = tiny(
    population__firms=80, experiment__warm_up_years=1.0, experiment__horizon_years=1.5,
    experiment__run_off_years=0.25, experiment__replications=2,
)  # fmt: skip


class Diary(Observer):
    """Writes down what it is shown, and how many moments it has seen in this life."""

    def __init__(self) -> None:
        self.moments = 0

    def at_date(self, look: Look) -> dict[str, Any]:
        self.moments += 1
        alive = int((look.firms["status"] == 1).sum())
        return {"phase": look.phase, "alive": alive, "loans": look.banks["loans"][:6].sum()}

    def at_end(self, look: Look) -> dict[str, Any]:
        return {"phase": look.phase, "alive": self.moments, "loans": look.date}


class Ear(Observer):
    """Hears events and switches."""

    def at_event(self, event: Event) -> dict[str, Any]:
        return {"what": event.event, "firm": event.firm, "value": event.value}

    def at_switch(self, look: Look) -> dict[str, Any]:
        return {"what": "switch", "firm": -1, "regime": look.regime, "winter": look.is_winter}


class Vandal:
    """Spoils all that it is given."""

    def at_date(self, look: Look) -> None:
        for records in (look.firms, look.contracts, look.banks):
            records[:] = 0
        look.market["setback"] = 1e9


class Clumsy(Observer):
    name = "clumsy one"

    def at_date(self, look: Look) -> None:
        if look.date > 0.4:
            raise KeyError("debt")


def study(**values: Any) -> Scenario:
    return STUDY.with_values({name.replace("__", "."): value for name, value in values.items()})


@pytest.fixture(scope="module")
def seen() -> Any:
    return simulate(STUDY, keep=("events",), observers=(Diary(), Ear(), Vandal()))


def test_no_life_is_changed_by_being_looked_at(seen: Any) -> None:
    alone = simulate(STUDY, keep=("events",))
    for name in ("outcomes", "series", "banks", "events"):
        pd.testing.assert_frame_equal(getattr(seen, name), getattr(alone, name), check_exact=True)
    assert alone.seen == {}
    assert seen.seen["Vandal"].empty


def test_several_processes_give_the_rows_of_one(seen: Any) -> None:
    two = simulate(STUDY, workers=2, observers=(Diary(), Ear()))
    for name in ("Diary", "Ear"):
        pd.testing.assert_frame_equal(two.seen[name], seen.seen[name])


def test_each_phase_of_each_month_is_shown_in_order(seen: Any) -> None:
    rows = seen.seen["Diary"]
    one = rows[(rows["arrangement"] == "revenue_swap") & (rows["replication"] == 1)]
    assert one["date"].is_monotonic_increasing
    quarter = ["firms", "banks"] * 3 + ["books"]
    # Eighteen months and a run-off of three; nothing is known of a life but its own moments.
    assert one["phase"].tolist() == ["opening", *quarter * 7, "end"]
    assert one["alive"].iloc[-1] == len(one) - 1


def test_what_is_shown_when_books_are_closed_is_what_the_run_keeps(seen: Any) -> None:
    rows = seen.seen["Diary"]
    books = rows[rows["phase"].isin(["books", "opening"])]
    banks = seen.banks.groupby(["arrangement", "replication", "year"], sort=False)["loans"].sum()
    for row in books.itertuples():
        assert row.loans == pytest.approx(banks[row.arrangement, row.replication, row.date])


def test_events_come_in_order_of_time_and_are_those_of_the_log(seen: Any) -> None:
    heard = seen.seen["Ear"]
    heard = heard[heard["what"] != "switch"]
    log = seen.events[seen.events["date"] > 0.0]
    for (arrangement, replication), rows in heard.groupby(["arrangement", "replication"]):
        assert rows["date"].is_monotonic_increasing
        own = log[(log["arrangement"] == arrangement) & (log["replication"] == replication)]
        told, kept = (
            sorted(zip(frame["date"], frame["firm"], frame[name], frame["value"], strict=True))
            for frame, name in ((rows, "what"), (own, "event"))
        )
        assert told == kept


def test_switches_of_regime_and_market_are_shown_as_they_happen() -> None:
    path = [
        {"years_from_start": date, "regime": regime}
        for date, regime in ((-9.0, "boom"), (0.4, "bust"), (1.0, "boom"))
    ]
    market = [{"years_from_start": -9.0, "winter": False}]
    few = study(macro__path=path, equity_market__path=market, experiment__replications=1)
    heard = simulate(few, observers=(Ear(),)).seen["Ear"]
    told = heard[heard["what"] == "switch"]
    own = told[told["arrangement"] == "plain"]
    assert list(zip(own["date"], own["regime"], strict=True)) == [(0.4, "bust"), (1.0, "boom")]
    before = heard.loc[: own.index[0]].query("arrangement == 'plain'")
    assert (before["date"] <= 0.4).all()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_an_observer_ends_the_run_by_its_name(workers: int) -> None:
    with pytest.raises(SimError) as told:
        simulate(STUDY, workers=workers, observers=(Clumsy(),))
    assert told.value.where.startswith("observer clumsy one, at_date, year 0.42")
    assert "KeyError: 'debt'" in told.value.what


@pytest.mark.parametrize(
    ("observers", "words"),
    [
        ((3,), "observer int\n  has none of at_date"),
        ((Diary,), "is a class"),
        ((Diary(), Diary()), "is given twice"),
    ],
)
def test_what_cannot_look_is_refused_before_the_run(observers: Any, words: str) -> None:
    with pytest.raises(SimError, match=words):
        simulate(STUDY, observers=observers)
