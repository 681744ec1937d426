"""The same firm in two worlds: who is saved, who is lost, whose founders gain; and vintages.

A firm meets the same luck under every arrangement, so what differs in its life is the
arrangement's doing. Effects are told for groups whose members are the same in both
worlds: all firms, sectors, thirds of quality, venture backing, and by where a firm
borrows. No outcome is defined here; these are curves of one point each.
"""

from collections.abc import Iterator

import numpy as np

from sim.outcomes.bank_vintage import client_funding, client_income
from sim.outcomes.columns import Curve, Floats, Mask, of_book, of_firms
from sim.outcomes.firm_wealth import founder_values
from sim.outcomes.groups import (
    first_contract,
    net_loss,
    new_borrowers,
    newborn,
    per_thousand,
    present,
    saved,
    signed_in,
    signers,
)
from sim.outcomes.reading import ratio, year_ends
from sim.state.history import History

THIRD = 0.430727
"""Quality above which a third of firms lies: a quantile of the standard normal law."""

KINDS = {
    "saved": ("firms per 1,000", "firms not closed here and closed in the baseline"),
    "lost": ("firms per 1,000", "firms closed here and not in the baseline"),
    "founders_better": ("firms per 1,000", "founders who end richer than in the baseline"),
    "founders_worse": ("firms per 1,000", "founders who end poorer than in the baseline"),
    "founder_gain": ("CNY million", "mean wealth of founders less that in the baseline"),
}
"""Effects that are told of every group: unit and meaning."""

NOTICED = 1e-6
"""Part of founders' wealth below which a difference is rounding."""


def effect_name(kind: str, group: str) -> str:
    """Name the series of an effect.

    Examples
    --------
    >>> effect_name("saved", "all firms")
    'effect_saved:all firms'
    """
    return f"effect_{kind}:{group}"


def firm_effects(history: History, baseline: History) -> Iterator[Curve]:
    """Effects of an arrangement on the same firms, by group: one point each.

    Saved and lost per 1,000 firms that live in the experiment; founders better and worse off
    per 1,000 firms that enter in it, and their mean gain in CNY million.
    """
    kept, lost = saved(history, baseline), saved(baseline, history)
    among, entered = present(history), newborn(history)
    gain = np.zeros(entered.size)
    gain[entered] = _gains(history, baseline)
    for group, chosen in groups_of(history, baseline):
        own, new = chosen & among, chosen & entered
        values = (
            per_thousand(kept, own), per_thousand(lost, own),
            per_thousand(gain > 0.0, new), per_thousand(gain < 0.0, new),
            ratio(float(gain[new].sum()), float(new.sum())),
        )  # fmt: skip
        for kind, value in zip(KINDS, values, strict=True):
            yield effect_name(kind, group), "", np.zeros(1), np.array([value])


def groups_of(history: History, baseline: History) -> Iterator[tuple[str, Mask]]:
    """Groups of firms whose members do not depend on the arrangement, or are told by it."""
    a = of_firms(history)
    quality, venture = a["quality"], a["venture"] == 1
    yield "all firms", np.ones(quality.size, dtype=bool)
    yield "lowest third of quality", quality < -THIRD
    yield "middle third of quality", (quality >= -THIRD) & (quality <= THIRD)
    yield "highest third of quality", quality > THIRD
    yield "venture-backed", venture
    yield "not venture-backed", ~venture
    for code, name in enumerate(history.facts["sectors"]):
        yield f"sector {name}", np.asarray(a["sector"] == code)
    here, there = (signers(one, signed_in(one)) for one in (history, baseline))
    yield "borrow in both worlds", here & there
    yield "borrow here only", here & ~there
    yield "borrow in the baseline only", there & ~here
    yield "borrow in neither", ~here & ~there


def _gains(history: History, baseline: History) -> Floats:
    """Founders' wealth here less in the baseline, of firms that enter; rounding is zero."""
    here, there = founder_values(history), founder_values(baseline)
    gain = here - there
    return np.where(np.abs(gain) <= NOTICED * np.maximum(here, there), 0.0, gain)


def vintage_profit(history: History) -> Curve:
    """Profit from firms whose first loan is signed in a year of the experiment, by year.

    Over their whole life to the end of the run: income less running cost, fees, cost of
    funds and credit losses; screening, coordination and monitoring are not known by firm.
    """
    rows = new_borrowers(history)
    years = year_ends(history) if rows.size else np.zeros(0)
    profit = client_income(history) - client_funding(history) - net_loss(history)
    date = of_book(history)["date"][first_contract(history)[rows]]
    place = np.ceil(date - 1e-9).astype(np.int64) - 1
    sums = np.bincount(place, weights=profit[rows], minlength=years.size)[: years.size]
    return "vintage_profit", "", years, np.asarray(sums)
