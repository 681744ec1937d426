"""Quarterly settlement of a world: rules close its quarter, the identities must hold."""

from collections.abc import Sequence

import numpy as np

from sim.base.columns import Rows
from sim.engine.history import BANK_COLUMNS, PROTECTION_RESULTS
from sim.engine.instruments import LEVELS, N_SUMS
from sim.engine.ledger import TOLERANCE
from sim.engine.protection import new_claims
from sim.engine.quarter import QUARTER, Closing
from sim.engine.world import HISTORY, World
from sim.model.banks.bank import CORPORATE
from sim.model.banks.desk import REFINANCED
from sim.model.firms import flows as f
from sim.model.firms.debts import DEBTS
from sim.scenario.scenario import EQUAL_CAPITAL

RESULT = "profit of the desks before tax"
EXACT = 1e-12
"""Of turnover: the lines of profit and the ledger add up the same amounts."""


def settle(w: World, date: float) -> None:
    """Close the quarter at `date`.

    Raises
    ------
    AccountingError
        With date, arrangement, replication, account and amount if an identity breaks.
    """
    c, settings = closing(w, date), w.scenario.experiment
    is_year_end = abs(date - round(date)) < 1e-9
    is_refilled = settings.footing != EQUAL_CAPITAL or w.name == HISTORY
    w.rules.close_quarter(c, date, date - w.settled, is_year_end, is_refilled)
    names = identities(w)
    w.ledger.hold(names, c.sides, w.where(date), tolerances(names))
    record(w, date, c)
    for flowed in (w.by_bank, w.total, w.by_terms):
        flowed[:] = 0.0
    if is_year_end or abs(date - settings.horizon_years) < 1e-9:
        w.keep_page(date)
    w.keep_lent(date)
    w.settled = date
    w.former.clear()


def rules_of_quarter(w: World, date: float) -> tuple[Rows, Rows]:
    """Means over the quarter to `date` of the rules common to all banks, and of each bank's."""
    spans, since = [], w.settled
    for until, *rules in w.former:
        spans.append((until - since, rules))
        since = until
    spans.append((date - since, [w.common, w.bank_rules]))
    common, of_banks = (mean_rules([(years, rules[n]) for years, rules in spans]) for n in (0, 1))
    return common, of_banks


def mean_rules(spans: Sequence[tuple[float, Rows]]) -> Rows:
    """Mean of records over the years for which each held; of codes and counts the last.

    What does not change is its own mean, to the last bit.
    """
    (_, first), whole, last = spans[0], sum(years for years, _ in spans), spans[-1][1]
    if len(spans) == 1 or whole <= 0.0:
        return last
    mean = last.copy()
    for name in last.dtype.names:
        if last.dtype[name].base.kind == "f":
            moved = sum(years * (rules[name] - first[name]) for years, rules in spans)
            mean[name] = first[name] + moved / whole
    return mean


def closing(w: World, date: float) -> Closing:
    """Arrays of a world that the close of the quarter to `date` reads and writes."""
    banks = w.banks.shape[0]
    common, of_banks = rules_of_quarter(w, date)
    quarter = QUARTER.empty(banks)
    quarter.unpaid = w.left_unpaid
    return Closing(
        firms=w.firms, params=w.params, market_conditions=w.market_conditions, posted=w.posted,
        lender=w.lender, share=w.share, called=w.called,
        believed_default=w.believed_default, believed_loss=w.believed_loss, by_bank=w.by_bank,
        total=w.total, by_terms=w.by_terms, terms=w.terms, rules=common, banks=of_banks,
        books=w.banks,
        claims=new_claims(w.firms), providers=w.providers,
        paid=w.ledger.paid, parties=w.ledger.parties,
        quarter=quarter, audit=w.left.copy(), sums=np.zeros(len(f.SUMS)),
        results=np.zeros(len(PROTECTION_RESULTS)),
        sides=np.zeros((15 + 3 * banks + len(DEBTS), 3)),
        row=np.zeros(w.total.shape), beside=np.zeros(N_SUMS),
    )  # fmt: skip


def identities(w: World) -> list[str]:
    """Names of the identities, in the order in which the rules write their sides."""
    banks = (*w.scenario.bank, CORPORATE)
    return [
        "firms' cash against the ledger",
        "banking business of firms",
        "basic accounts of firms",
        "banking business beside loans",
        *(f"loans of {name}" for name in banks),
        "loans in default",
        *(f"losses on loans of {name}" for name in banks),
        "losses of lenders and protection providers",
        *(f"balance sheet of {name}" for name in banks),
        "banks' funding against the ledger",
        RESULT,
        "cap table of the worst firm",
        "shares of the lenders of the worst contract",
        "claims on exit values",
        "exit values against the ledger",
        "holders of rights against the ledger",
        "buyers of rights against the ledger",
        "firms that entered",
        *(f"{debt}s of firms" for debt in DEBTS),
    ]


def tolerances(names: list[str]) -> list[float]:
    """Largest gap of each identity, as a share of its scale."""
    return [EXACT if name == RESULT else TOLERANCE for name in names]


def record(w: World, date: float, c: Closing) -> None:
    """One row for each desk and one for the system; corporate banking has none."""
    panel = c.quarter.view(np.ndarray).view(float).reshape(c.quarter.shape[0], -1)
    w.panel.append((date, panel[: w.scenario.n_banks, : len(BANK_COLUMNS)]))
    now = w.market_conditions[0]
    state = [now.regime, now.winter, now.frailty]
    beside = [w.total[f.PUBLIC_FEE], w.total[f.OUTSIDE_BUSINESS]]
    w.system.append(
        (date, np.concatenate([state, c.sums, c.results, beside, c.beside[: len(LEVELS)]]))
    )
    w.tally[REFINANCED] = c.sums[f.REFINANCED]
