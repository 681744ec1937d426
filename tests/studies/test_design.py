"""A contract is designed: planted optima, bounds that bind or cannot be kept, and a closed form."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.studies.design import ContractDesign, design
from tests.studies.planted import Planted, common_noise, scenario

SWAP = "arrangement.revenue_swap"
RATE, COVER = f"{SWAP}.pricing.concession_rate", f"{SWAP}.upside.coverage"
ONE = [f"{RATE}=0:0.02"]
TWO = [*ONE, f"{COVER}=0:0.4"]


def terms(s):
    """The two terms, each from 0 to 1 of its range."""
    swap = s.arrangement["revenue_swap"]
    return swap.pricing.concession_rate / 0.02, swap.upside.coverage / 0.4


def planted(gain, room=lambda x, y: 1.0, noise=0.05) -> Planted:
    """Profit is `gain` of the terms and survival `room`, with luck that the terms share."""
    return Planted(
        bank__profit=lambda s, n, arm: (
            gain(*terms(s)) + noise * common_noise(n) if arm == "revenue_swap" else 0.2
        ),
        firm__survival_5y=lambda s, n, arm: (
            room(*terms(s)) + noise * common_noise(n, 1) if arm == "revenue_swap" else 0.5
        ),
        firm__signed_share=lambda s, n, arm: 0.3 + 0.1 * terms(s)[0],
    )


def made(store, over=TWO, bound="firm.survival_5y >= 0.5", **how) -> ContractDesign:
    given = {"points": 8, **how}
    return design(scenario(), over, "bank.profit", bound, store=store, **given)


def test_smoke():
    store = planted(lambda x, y: 1 - (x - 0.3) ** 2 - (y - 0.6) ** 2)
    found = made(store)
    print(found.frame().T)
    print(*found.findings().sentences, sep="\n")
    print(found.settled, len(found.points), found.points[found.best])
