"""Programmes: dates, phase-in, the best offer, and who bears what beside the lenders."""

from datetime import date as Date  # noqa: N812 -- a type among dates in years
from typing import Any

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.experiment.simulate import one_replication, worlds
from sim.scenario.scenario import Scenario, menu_of
from tests.house.small import shipped

SMALL = {
    "population.firms": 200, "experiment.horizon_years": 4.0, "experiment.warm_up_years": 2.0,
    "experiment.arrangements": ["plain", "scheme"], "experiment.start_date": Date(2023, 1, 1),
}  # fmt: skip


def scheme(*policies: dict[str, Any], **values: Any) -> Scenario:
    """Plain lending beside a programme with these policies."""
    known = [{"programme": "scheme", "arrangement": "plain", "start": Date(2099, 1, 1)}]
    known = [{"programme": "scheme", **policy} for policy in policies] + known
    return shipped().with_values(SMALL | {"policy": known} | values)


def events(scenario: Scenario, name: str) -> Any:
    """The event log of one arrangement or programme."""
    log = one_replication(scenario, 0, ("events",)).events
    return log[log["arrangement"] == name].drop(columns="arrangement").reset_index(drop=True)


PLAN = {"arrangement": "common_growth", "start": Date(2024, 7, 1)}
SWAP = {"arrangement": "revenue_swap", "start": Date(2025, 4, 1)}


def test_before_its_start_a_policy_changes_no_bit_of_history() -> None:
    scenario = scheme(PLAN)
    plain, changed = events(scenario, "plain"), events(scenario, "scheme")
    before, until = (
        log[log["date"] < 1.5 - 1e-9].reset_index(drop=True) for log in (plain, changed)
    )
    assert len(before) > 500
    assert until.equals(before)
    assert not changed.equals(plain)


@pytest.mark.parametrize("phase_in", [0.0, 2.0])
def test_a_policy_that_reaches_nobody_is_no_policy(phase_in: float) -> None:
    scenario = scheme(PLAN | {"reach_share": 0.0, "phase_in_years": phase_in})
    assert events(scenario, "scheme").equals(events(scenario, "plain"))


def test_a_programme_of_one_policy_from_the_first_day_is_its_arrangement() -> None:
    whole = scheme(
        PLAN | {"start": Date(2020, 1, 1)},
        **{"experiment.arrangements": ["plain", "common_growth", "scheme"]},
    )
    assert events(whole, "scheme").equals(events(whole, "common_growth"))


def contracts(scenario: Scenario) -> Any:
    """The book of the programme's world after the start date."""
    *_, world = worlds(scenario, 0)
    return world, world.book.rows[world.book.rows.date > 0.0]


def test_versions_follow_each_other_and_contracts_in_force_go_on() -> None:
    world, book = contracts(scheme(PLAN | {"end": Date(2025, 4, 1)}, SWAP))
    first, second = book[book.terms == 1], book[book.terms == 2]
    assert first.date.min() >= 1.5 - 1e-9
    assert first.date.max() < 2.25 - 1e-9
    assert second.date.min() >= 2.25 - 1e-9
    assert np.all(first.right == 0)
    assert np.any(second.right > 0)
    ending = world.firms.maturity[(world.firms.terms == 1) & (world.firms.limit > 0.0)]
    assert ending.size
    assert ending.max() > 4.0


def test_the_reach_of_a_policy_grows_with_its_phase_in() -> None:
    taken = []
    for phase_in in (0.0, 20.0):
        _, book = contracts(scheme(PLAN | {"start": Date(2023, 1, 1), "phase_in_years": phase_in}))
        taken.append(np.unique(book.firm[book.terms == 1]))
    everyone, few = taken
    # After four of twenty years a fifth of all firms is reached.
    assert 0 < few.size < 0.5 * everyone.size


def test_firms_take_the_best_of_what_they_are_offered() -> None:
    worse = shipped().arrangement["common_growth"].model_dump(exclude_none=True)
    worse["pricing"] = worse["pricing"] | {"surcharge_rate": 0.004001}
    # Of the only bank; where several bid they would ask the same for both.
    values = {"arrangement.dear": worse, "underwriting.known_banks": 1}
    start = {"start": Date(2023, 1, 1)}
    both = scheme(
        {"arrangement": "dear", **start}, {"arrangement": "common_growth", **start}, **values
    )
    _, book = contracts(both)
    # The same line, a little dearer later on, is never the better offer.
    assert np.sum(book.terms == 1) == 0
    assert np.sum(book.terms == 2) > 20


def test_a_policy_is_open_to_those_it_names() -> None:
    young = {"kind": "listed", "stages": ["growth"], "first_loan_only": True}
    _, book = contracts(scheme(PLAN | {"start": Date(2023, 1, 1), "eligibility": young}))
    special = book[book.terms == 1]
    assert special.size
    assert set(special.stage) == {1}
    assert np.all(special["first"] == 1)


COVERED = {
    "kind": "sole", "guaranteed_share": 0.3, "guarantee_fee_rate": 0.004, "insured_share": 0.2,
    "insurance_fee_rate": 0.006, "leased_share": 0.2, "lease_fee_rate": 0.01,
    "lease_residual_share": 0.5, "trust_share": 0.1, "trust_fee_rate": 0.002,
    "first_loss_share": 0.05, "cap_per_default_share": 0.6,
}  # fmt: skip


def test_each_party_is_paid_its_fee_and_pays_its_part() -> None:
    scenario = shipped().with_values(
        SMALL
        | {
            "experiment.arrangements": ["plain", "common_growth"],
            "population.firms": 600,
            "arrangement.common_growth.loss_sharing": COVERED,
        }
    )
    *_, world = worlds(scenario, 0)
    fees, borne = (
        {n: flow[1, n] + flow[n, 1] for n in (5, 10, 11, 12)}
        for flow in (
            world.ledger.flows["fees for bearing losses"],
            world.ledger.flows["losses borne by protection providers"],
        )
    )
    assert [fees[n] / fees[5] for n in fees] == pytest.approx([1.0, 1.5, 2.5, 0.5])
    assert [borne[n] / borne[5] for n in borne] == pytest.approx([1.0, 2 / 3, 2 / 3, 1 / 3])
    sold = world.ledger.flows["leased equipment"].sum()
    assert sold == pytest.approx(0.5 * borne[11])
    signed = world.firms[(world.firms.terms == 1) & (world.firms.recovery_date <= 4.0)]
    lost = signed.exposure_at_default - signed.recovery
    paid = np.minimum(
        0.8 * np.maximum(lost - 0.05 * signed.exposure_at_default, 0.0),
        0.6 * signed.exposure_at_default,
    )
    assert sum(borne.values()) == pytest.approx(paid.sum())


def test_a_menu_is_in_the_order_of_the_file_and_plain_lending_has_none() -> None:
    menu = menu_of(scheme(PLAN | {"end": Date(2025, 4, 1)}, SWAP), "scheme")
    assert [(item.name, item.start, item.end) for item in menu] == [
        ("common_growth", 1.5, 2.25), ("revenue_swap", 2.25, float("inf")),
        ("plain", 76.0, float("inf")),
    ]  # fmt: skip
    assert menu_of(shipped(), "plain") == ()


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"arrangement": "commongrowth", "start": Date(2023, 1, 1)}, "is no arrangement"),
        (PLAN | {"end": Date(2023, 1, 1)}, "must be later than start"),
        (PLAN | {"programme": "consortium"}, "is the name of an arrangement"),
        (PLAN | {"eligibility": {"kind": "listed", "sectors": ["moon"]}}, "is no sector"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        scheme(policy)
