"""What a credit committee reads of the firms that ask: plain columns, brought to a date."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.firms.relationship import business

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CODES = (
    "firm", "stage", "setback", "venture", "project", "called", "request", "home", "right",
    "contract", "terms", "sector",
)  # fmt: skip
AMOUNTS = (
    "quality", "taste", "tangible", "scale", "sales", "flow", "cash", "value", "last_round",
    "balance", "limit", "rate", "demand", "birth", "expiry", "stake", "strike", "trigger",
    "business", "round_date", "credit_years",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Applicants:
    """Columns of n firms, shape (n,) each; names and units as in `sim.model.firms.record`.

    `cash` is of the committee's date; `business` is the bank income on all of the firm's
    banking business, CNY million a year. `quality` is what signals are signals of: it is
    read to draw them, and never by a bank.
    """

    firm: Ints
    stage: Ints
    setback: Ints
    venture: Ints
    project: Ints
    called: Ints
    request: Ints
    home: Ints
    right: Ints
    contract: Ints
    terms: Ints
    sector: Ints
    quality: Floats
    taste: Floats
    tangible: Floats
    scale: Floats
    sales: Floats
    flow: Floats
    cash: Floats
    value: Floats
    last_round: Floats
    balance: Floats
    limit: Floats
    rate: Floats
    demand: Floats
    birth: Floats
    expiry: Floats
    stake: Floats
    strike: Floats
    trigger: Floats
    business: Floats
    round_date: Floats
    credit_years: Floats

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of every column."""
        return self.firm.shape

    def take(self, rows: Ints) -> "Applicants":
        """The applicants of some rows."""
        return Applicants(*(getattr(self, name)[rows] for name in (*CODES, *AMOUNTS)))


def read_applicants(
    firms: Any, params: Any, who: Any, date: float, codes: Any, amounts: Any
) -> None:
    """Write the columns of firms `who` at `date`.

    Parameters
    ----------
    firms, params : record arrays
    who : int64 array, shape (n,)
    date : float, years
    codes : int64 array, shape (len(CODES), n)
    amounts : array, shape (len(AMOUNTS), n)
    """
    for n in range(who.shape[0]):
        f = firms[who[n]]
        codes[0, n] = f.firm
        codes[1, n] = f.stage
        codes[2, n] = f.setback
        codes[3, n] = f.venture
        codes[4, n] = f.project
        codes[5, n] = f.called
        codes[6, n] = f.request
        codes[7, n] = f.home
        codes[8, n] = f.right
        codes[9, n] = f.contract
        codes[10, n] = f.terms
        codes[11, n] = f.sector
        read_amounts(f, params[f.sector], date, amounts[:, n])


def read_amounts(f: Any, p: Any, date: float, row: Any) -> None:
    """Write one firm's amounts at `date`, in the order of `AMOUNTS`."""
    row[0] = f.quality
    row[1] = f.taste
    row[2] = f.tangible
    row[3] = f.scale
    row[4] = f.sales
    row[5] = f.flow
    row[6] = f.cash + f.flow * (date - f.now)
    row[7] = f.value
    row[8] = f.last_round
    row[9] = f.balance
    row[10] = f.limit
    row[11] = f.rate
    row[12] = f.demand
    row[13] = f.birth
    row[14] = f.expiry
    row[15] = f.stake
    row[16] = f.strike
    row[17] = f.trigger
    row[18] = business(f, p) + p.deposit_margin * p.deposit_share * (
        max(row[6], 0.0) - max(f.cash, 0.0)
    )
    row[19] = f.round_date
    row[20] = f.credit_years


def applicants(read: Any, firms: Any, params: Any, who: Ints, date: float) -> Applicants:
    """The applicants `who` at `date`, read by the compiled (or interpreted) `read`."""
    codes = np.empty((len(CODES), who.shape[0]), dtype=np.int64)
    amounts = np.empty((len(AMOUNTS), who.shape[0]))
    read(firms, params, who, date, codes, amounts)
    return Applicants(*codes, *amounts)
