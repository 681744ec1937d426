"""Effects on the same firms, group by group: the sums of a history of which effects are made.

Groups of supported firms are told by where a firm stood in the baseline at the date of signing,
so that nothing that followed sorts them. An effect is a ratio of sums here less that in the
baseline: of each group and measure a history gives four sums. No outcome is defined here; these
are curves of four points each, and of quantiles of the effects on single firms.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import STAGES
from sim.outcomes.bank_stage import client_funding, client_income
from sim.outcomes.firm_credit import paid_for_credit
from sim.outcomes.firm_wealth import wealth_of_founders
from sim.outcomes.groups import SIZES
from sim.outcomes.helped import (
    first_signed,
    pairs_of,
    standing,
    windows,
    years_in_debt,
    years_with_line,
)
from sim.outcomes.mark import Better
from sim.outcomes.reading import (
    Curve,
    Floats,
    Mask,
    alive_at_horizon,
    entered,
    net_loss,
    of_book,
    of_firms,
    pages_of,
    present,
    quotient,
)

THIRD = 0.430727
"""Quality above which a third of firms lies: a quantile of the standard normal law."""
NOTICED = 1e-6
"""Part of an amount below which a difference is rounding."""


@dataclass(frozen=True)
class Effect:
    """What is compared: label, unit, direction, and whether it is a sum per firm or per year."""

    label: str
    unit: str
    better: Better
    meaning: str


EFFECTS = {
    "access": Effect("Access to credit", "share", "higher", "part of its window with a line"),
    "balance": Effect("Balance", "CNY million", "neither", "mean balance over its window"),
    "sales": Effect(
        "Sales", "CNY million a year", "higher", "sales at the horizon, nothing if closed"
    ),
    "survival": Effect("Survival", "share", "higher", "not closed by the horizon"),
    "wealth": Effect("Founders' wealth", "CNY million", "higher", "founders' wealth at entry"),
    "cost": Effect(
        "Cost of finance", "per year", "lower", "all that it pays for credit over balance years"
    ),
    "bank_gain": Effect(
        "Gain of banks", "CNY million", "higher", "income less funds and loss, over its whole life"
    ),
    "bank_margin": Effect("Margin of banks", "per year", "higher", "the same over balance years"),
    "loss": Effect("Loss of banks", "per year", "lower", "loss of banks over balance years"),
}
"""What programmes do to a firm, and to banks through it."""

SPREAD = {
    "balance": "CNY million", "life": "years", "wealth": "CNY million", "bank_gain": "CNY million",
}  # fmt: skip
"""Effects on single firms of which the distribution is told."""
QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)

WHO = {
    "supported": "all supported firms",
    "without": "those who would have had no loan",
    "with": "those who would have had one",
    "others": "all other firms",
}
"""Groups by what a firm would have had."""
KINDS = ("who", "stage", "size", "sector", "quality", "venture", "line")
"""What groups are by, in reading order."""
DOSES = {
    "below 10 %": 0.0, "10 to 25 %": 0.10, "25 to 50 %": 0.25, "50 to 100 %": 0.50,
    "above 100 %": 1.00,
}  # fmt: skip
"""Least line over a year's sales at signing, by words."""

THIRDS, BACKING = ("lowest", "middle", "highest"), ("none", "backed")

SUMS, SPREADS, WORSE = "helped_sums", "helped_spread", "helped_worse"
"""First parts of the names of the series."""
Amounts = dict[str, tuple[Floats, Floats]]
"""By effect: its part and its whole for every firm, shape (n_firms,) each."""


def sums_name(effect: str, kind: str, member: str) -> str:
    """Name the series of an effect on a group.

    >>> sums_name("balance", "stage", "growth")
    'helped_sums:balance:stage:growth'
    """
    return f"{SUMS}:{effect}:{kind}:{member}"


def effect_sums(history: History, baseline: History) -> Iterator[Curve]:
    """Of every effect and group with a firm: part and whole here, then in the baseline.

    Then quantiles of the effects on single supported firms, and the numbers of those who have
    less, of those who have more, and of all. Nothing where nobody is supported.
    """
    supported = pairs_of(history, baseline).supported
    if not supported.any():
        return
    _, start, stop = windows(history)
    here, there = (amounts(one, start, stop) for one in (history, baseline))
    places = np.arange(4.0)
    for kind, member, chosen in groups_at_signing(history, baseline):
        for effect in EFFECTS:
            sums = [float(one[chosen].sum()) for one in (*here[effect], *there[effect])]
            yield sums_name(effect, kind, member), "", places, np.array(sums)
    for effect in SPREAD:
        gap = _gaps(here[effect][0], there[effect][0])[supported]
        yield f"{SPREADS}:{effect}", "", np.array(QUANTILES), np.quantile(gap, QUANTILES)
        counts = np.array([(gap < 0.0).sum(), (gap > 0.0).sum(), gap.size], float)
        yield f"{WORSE}:{effect}", "", np.arange(3.0), counts


def _gaps(here: Floats, there: Floats) -> Floats:
    """Effects on single firms, shape (n_firms,); rounding is zero."""
    gap = here - there
    large = np.maximum(np.abs(here), np.abs(there))
    return np.asarray(np.where(np.abs(gap) <= NOTICED * large, 0.0, gap))


def amounts(history: History, start: Floats, stop: Floats) -> Amounts:
    """Parts and wholes of every effect for every firm of one world, in given windows.

    Money of banks and cost of finance are those of a firm's whole life: what came before the
    start date is common to both worlds.
    """
    a, years = of_firms(history), stop - start
    each, entered_ = np.ones(start.size), entered(history)
    gain = client_income(history) - client_funding(history) - net_loss(history)
    wealth = np.zeros(start.size)
    wealth[entered_] = wealth_of_founders(history, entered_)
    balance_years = np.asarray(a["cum_balance"])
    life = np.where(entered_, np.minimum(a["end"], history.horizon) - a["birth"], 0.0)
    return {
        "access": (quotient(years_with_line(history, start, stop), years, 0.0), each),
        "balance": (quotient(years_in_debt(history, start, stop), years, 0.0), each),
        "sales": (_sales(history), each),
        "survival": (alive_at_horizon(history).astype(np.float64), each),
        "wealth": (wealth, each),
        "cost": (paid_for_credit(a), balance_years),
        "bank_gain": (gain, each),
        "bank_margin": (gain, balance_years),
        "loss": (net_loss(history), balance_years),
        "life": (np.maximum(life, 0.0), each),
    }


def _sales(history: History) -> Floats:
    """Sales of firms that have not closed at the horizon, CNY million a year, (n_firms,)."""
    pages = pages_of(history)
    sales = pages[-1].sales if pages else of_firms(history)["sales"]
    return np.where(alive_at_horizon(history), sales, 0.0)


def groups_at_signing(history: History, baseline: History) -> Iterator[tuple[str, str, Mask]]:
    """Groups of supported firms, and all others; those with nobody are left out.

    Kind, member and mask of shape (n_firms,); stage, sales and line over sales are read in the
    baseline at the date of signing.
    """
    for kind, member, chosen in _every_group(history, baseline):
        if chosen.any():
            yield kind, member, chosen


def _every_group(history: History, baseline: History) -> Iterator[tuple[str, str, Mask]]:
    pairs, a = pairs_of(history, baseline), of_firms(history)
    own, without = pairs.supported, pairs.without_loan
    _, start, _ = windows(history)
    stood = standing(baseline, start)
    others = ~own & (present(history) | present(baseline))
    for member, chosen in zip(WHO, (own, without, own & ~without, others), strict=True):
        yield "who", member, np.asarray(chosen)
    for code, name in enumerate(STAGES):
        yield "stage", name, own & (stood.stage == code)
    for code, name in enumerate(SIZES):
        yield "size", name, own & (stood.size == code)
    for code, name in enumerate(history.facts["sectors"]):
        yield "sector", name, own & (a["sector"] == code)
    third = np.searchsorted([-THIRD, THIRD], a["quality"], side="right")
    for code, name in enumerate(THIRDS):
        yield "quality", name, own & (third == code)
    for code, name in enumerate(BACKING):
        yield "venture", name, own & (a["venture"] == code)
    dose = np.searchsorted(list(DOSES.values()), _dose(history, stood.sales), side="right") - 1
    for code, name in enumerate(DOSES):
        yield "line", name, own & (dose == code)


def _dose(history: History, sales: Floats) -> Floats:
    """First line of the programme over a year's sales at signing, (n_firms,); 0 without one."""
    first, line = first_signed(history), np.zeros(sales.size)
    signs = first >= 0
    line[signs] = of_book(history)["limit"][first[signs]]
    return np.where(line > 0.0, quotient(line, sales, np.inf), 0.0)
