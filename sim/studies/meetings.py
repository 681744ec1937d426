"""What banks decide on an applicant on the day on which it applies, read of their committee."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.world import World
from sim.experiment.store import Floats
from sim.model.banks.application import is_admitted, secured_by_assets, supported_line
from sim.model.banks.credit_decision import write_new_risk_assets
from sim.model.contracts.limit import asked_line
from sim.studies.applicant_world import offers

Bools = NDArray[np.bool_]
GRANTED, CLOSED, RUNWAY, SMALL, DEAR = range(5)
REASONS = (
    "granted", "not open to it", "cash too short", "line too small", "too risky at any rate",
)  # fmt: skip
"""What a committee found, by code; the last: even at the highest rate it would lose too much."""


class Meeting(NamedTuple):
    """What banks decided on the first day, each of shape (n_copies,).

    reason: code of `REASONS`; made: an offer of the arrangement, of plain lending under it alone;
    took: some loan was signed; own: one of the arrangement; line, CNY million; rate, default, per
    year; loss, share; left: over the break-even rate, per year; seen: quality as the lead
    believes it, standard deviations; capital that the loan requires, CNY million.
    """

    reason: NDArray[np.int64]
    made: Bools
    took: Bools
    own: Bools
    line: Floats
    rate: Floats
    default: Floats
    loss: Floats
    left: Floats
    seen: Floats
    capital: Floats


def meeting_of(w: World) -> Meeting:
    """Read what the banks of a world have just decided."""
    table, applied = offers(w)
    codes = range(1, table.shape[1]) if table.shape[1] > 1 else range(1)
    rows, capital, reasons = [], [], []
    for row, a in enumerate(applied):
        made = [code for code in codes if table[row, code].made == 1]
        taken = [code for code in made if table[row, code].taken == 1]
        code = next(iter((*taken, *made)), codes[0])
        o = table[row, code].copy()
        rows.append(o)
        reasons.append(GRANTED if made else min(_reason(w, a, c) for c in codes))
        capital.append(_capital(w, o, a, code) if made else math.nan)
    own = np.array([any(table[row, c].taken == 1 for c in codes) for row in range(len(rows))])
    read = {name: np.array([_first(o[name]) for o in rows]) for name in _READ}
    reason = np.array(reasons)
    return Meeting(
        reason, reason == GRANTED, w.firms["contract"] >= 0, own, read["line"], read["mean_rate"],
        read["default"], read["loss"], read["surplus"], read["quality"], np.array(capital),
    )  # fmt: skip


_READ = ("line", "mean_rate", "default", "loss", "surplus", "quality")


def _first(value: Any) -> Any:
    """Give what stands for the lead, of a column that has a place for each lender."""
    return value[0] if np.ndim(value) else value


def _reason(w: World, a: Any, code: int) -> int:
    """Say why no offer was made, by the rules that decided."""
    k, u = w.terms[code], w.common[0]
    if code > 0 and not is_admitted(a, k, w.admission[code]):
        return CLOSED
    if a.runway < u.least_runway:
        return RUNWAY
    if asked_line(a, k, secured_by_assets(a, u), supported_line(a, u)) < u.least_line:
        return SMALL
    return DEAR


def _capital(w: World, o: Any, a: Any, code: int) -> float:
    """Give the capital that lenders must hold for an offer, CNY million."""
    write_new_risk_assets(o, a, w.terms[code], w.common[0])
    places = range(int(o.lenders))
    return float(
        sum(o.exposure[j] * w.bank_rules[int(o.lender[j])].required_ratio for j in places)
    )


def granted(w: World) -> Bools:
    """To which copies lenders offer the arrangement, of a world whose banks have just met.

    Under plain lending alone, a loan of it. Shape (n_copies,).
    """
    table, _ = offers(w)
    own = table["made"][:, 1:] if table.shape[1] > 1 else table["made"]
    return np.asarray((own == 1).any(axis=1))
