"""Parts of the losses add up to the losses, by bank and over all who bear them."""

from functools import cache

import numpy as np
import pytest

from sim.engine.history import PROTECTION_PROVIDERS, History
from sim.engine.ledger import PARTIES
from sim.experiment.simulate import freeze, worlds
from sim.outcomes.bank_loss import BESIDE, BORNE, LEAD, loss_split
from sim.outcomes.reading import defaulted, unpaid
from tests.experiment.small import tiny
from tests.outcomes import tiny as hand

COVERED = {
    "kind": "proportional", "shares": [0.6, 0.4], "guaranteed_share": 0.2, "insured_share": 0.1,
    "leased_share": 0.1, "trust_share": 0.1, "guarantee_fee_rate": 0.01,
}  # fmt: skip


@cache
def histories() -> tuple[tuple[History, ...], tuple[dict[str, float], ...]]:
    """Two years in which many firms fail, with what the ledger says that others paid."""
    scenario = tiny(
        population__firms=600, experiment__horizon_years=4.0,
        lifecycle__failure_hazard=[0.15] * 4, workout__workout_years=0.0,
        arrangement__consortium__loss_sharing=COVERED,
        experiment__arrangements=("plain", "consortium"),
    )  # fmt: skip
    lived = list(worlds(scenario, 0))
    paid = tuple(
        {
            party: float(
                w.ledger.flows["losses borne by protection providers"][PARTIES.index(party)].sum()
            )
            for party in PROTECTION_PROVIDERS
        }
        for w in lived
        if w.ledger.flows["losses borne by protection providers"].any()
    )
    return tuple(freeze(w) for w in lived), paid


def parts(history: History) -> dict[tuple[str, str], float]:
    return {
        (name.removeprefix(BORNE), bank): float(value[0])
        for name, bank, _, value in loss_split(history)
    }


def test_a_loss_is_split_by_share_and_by_cover():
    found = parts(hand.history())
    # one firm: 3.0 lost, half of it borne by protection providers, who share it three to two
    assert found[LEAD, "bank_b"] == pytest.approx(1.5)
    assert found["guarantors", ""] == pytest.approx(0.9)
    assert found["trusts", ""] == pytest.approx(0.6)
    assert sum(found.values()) == pytest.approx(3.0)


def test_the_second_lender_lends_beside_the_lead():
    firms = {"status": (1, 5, 5), "contract": (0, 1, 3), "defaulted": (0, 1, 1),
             "exposure_at_default": (0.0, 4.0, 10.0), "recovery": (0.0, 1.0, 2.0)}  # fmt: skip
    found = parts(hand.history(firms=firms))
    assert (found[LEAD, "bank_a"], found[BESIDE, "bank_b"]) == pytest.approx((4.0, 4.0))


def test_a_lender_that_called_its_part_bears_what_is_left_of_it():
    # Bank B signed for a half beside bank A; in the end it bears nine tenths and stands first.
    shares, lenders = [[0.0] * 8 for _ in range(3)], [[0] * 8 for _ in range(3)]
    shares[2][:2], lenders[2][:2] = [0.9, 0.1], [1, 0]
    firms = {"status": (1, 1, 5), "contract": (0, 1, 3), "defaulted": (0, 0, 1),
             "exposure_at_default": (0.0, 0.0, 10.0), "recovery": (0.0, 0.0, 2.0),
             "last_lender": lenders, "last_share": shares}  # fmt: skip
    found = parts(hand.history(firms=firms))
    assert (found[LEAD, "bank_a"], found[BESIDE, "bank_b"]) == pytest.approx((0.8, 7.2))
    assert sum(found.values()) == pytest.approx(8.0)


@pytest.mark.parametrize("which", [0, 1])
def test_the_parts_are_the_losses_of_each_bank_and_of_all(which: int):
    history = histories()[0][which]
    found = parts(history)
    bad = defaulted(history)
    assert np.count_nonzero(bad) >= 5
    whole = float(unpaid(history)[bad].sum())
    # Sums in another order: rounding grows with the number of terms, not with time.
    assert sum(found.values()) == pytest.approx(whole, rel=1e-12)
    by_bank = history.flow("loss")
    for place, name in enumerate(history.facts["banks"]):
        own = found[LEAD, name] + found[BESIDE, name]
        assert own == pytest.approx(by_bank[place], rel=1e-9, abs=1e-9)
    beside = sum(found[BESIDE, name] for name in history.facts["banks"])
    assert beside > 0.0 or history.arrangement == "plain"


def test_other_parties_bear_what_the_ledger_says_that_they_pay():
    # Workouts take no time here, so that what is borne is paid at once.
    found, (paid,) = parts(histories()[0][1]), histories()[1]
    assert min(paid.values()) > 0.0
    for party, amount in paid.items():
        assert found[party, ""] == pytest.approx(amount, rel=1e-9)


def test_nothing_is_borne_where_nothing_happened():
    assert set(parts(hand.empty()).values()) == {0.0}
