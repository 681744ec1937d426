"""Who bears credit losses: lead banks, those that lend beside them, and other parties."""

from collections.abc import Iterator

import numpy as np

from sim.firms.loss_sharing import parts_of, split_by_lender
from sim.outcomes.columns import Curve, Floats, Ints, of_book, of_firms
from sim.outcomes.groups import defaulted, net_loss, unpaid
from sim.state.history import OTHERS, History

BORNE = "loss_borne:"
"""First part of the names of the series."""
LEAD, BESIDE = "lead", "beside"
"""A bank that leads a contract, and one that lends beside the lead."""


def loss_split(history: History) -> Iterator[Curve]:
    """Credit losses of the experiment by who bears them, CNY million.

    The parts add up to what is owed at default less what is recovered. A loss counts at the
    date of default, as in the credit loss of banks, whenever others pay their part of it.

    ``loss_borne:lead`` and ``loss_borne:beside`` of each bank, then ``loss_borne:PARTY`` of
    each party beside the lenders; x is the horizon.
    """
    end = np.array([history.horizon])
    rows = np.flatnonzero(defaulted(history) & (of_firms(history)["contract"] >= 0))
    leads, beside = _of_banks(history, rows)
    for place, name in enumerate(history.facts["banks"]):
        yield BORNE + LEAD, name, end, leads[place : place + 1]
        yield BORNE + BESIDE, name, end, beside[place : place + 1]
    for name, borne in zip(OTHERS, _of_others(history, rows), strict=True):
        yield BORNE + name, "", end, np.array([borne])


def _of_banks(history: History, rows: Ints) -> tuple[Floats, Floats]:
    """What banks lose on some firms as leads, and beside a lead; each shape (n_banks,)."""
    contract, loss = of_firms(history)["contract"][rows], net_loss(history)[rows, None]
    lender, share = of_book(history)["lender"][contract], of_book(history)["share"][contract]
    leads, beside = np.zeros((2, len(history.facts["banks"]), 1))
    split_by_lender(loss, lender[:, :1], share[:, :1], leads)
    split_by_lender(loss, lender[:, 1:], share[:, 1:], beside)
    return leads[:, 0], beside[:, 0]


def _of_others(history: History, rows: Ints) -> Floats:
    """What each party beside the lenders bears of the losses on some firms, shape (4,)."""
    terms = of_book(history)["terms"][of_firms(history)["contract"][rows]].astype(np.int64)
    borne = (unpaid(history) - net_loss(history))[rows]
    cover = np.vstack([np.zeros((1, len(OTHERS))), *history.facts["cover"]])
    return np.asarray(borne @ parts_of(cover)[terms])
