"""Swap rights: what lenders give up at signing, and what they receive for it, by signer."""

import numpy as np

from sim.engine.history import History
from sim.model.firms.record import SWAP
from sim.outcomes.mark import outcome
from sim.outcomes.reading import (
    HOUSE,
    Floats,
    mean,
    of_book,
    of_firms,
    ratio,
    signed_in,
    signers,
)

GRANTED = "of firms that granted lenders a swap right in the experiment"
BROUGHT = (
    "what the lender earns on the account that the firm brings so that the right sleeps, so far,"
    " discounted to the date of the right"
)


def of_swaps(history: History, name: str) -> Floats:
    """A total of the firms that granted a swap right in the experiment."""
    granted = signed_in(history) & (of_book(history)["right"] == SWAP)
    return np.asarray(of_firms(history)[name][signers(history, granted)], np.float64)


@outcome("bank.right_granted", unit="CNY million", better="neither", basis="vintage", low=0.0,
    formula=f"mean, {GRANTED}, of the worth of the right to its owners at signing",
    source="Broadie, Glasserman and Kou 1997, Mathematical Finance 7(4)", heavy_tailed=True,
    label="Worth of a swap right at signing")  # fmt: skip
def right_granted(history: History) -> float:
    """What a swap right is worth when it is signed."""
    return mean(of_swaps(history, "cum_granted"))


@outcome("bank.right_delivered", unit="CNY million", better="higher", basis="vintage", low=0.0,
    formula=f"mean, {GRANTED}, of {BROUGHT}", source=HOUSE, heavy_tailed=True,
    label="Business brought for a swap right")  # fmt: skip
def right_delivered(history: History) -> float:
    """What is brought in the place of a swap right."""
    return mean(of_swaps(history, "cum_delivered"))


@outcome("bank.right_delivered_share", unit="share", better="higher", basis="vintage", low=0.0,
    formula=f"sum, {GRANTED}, of {BROUGHT}, over the worth of the rights to owners at signing",
    source=HOUSE, heavy_tailed=True,
    label="Business brought, over the worth of the right")  # fmt: skip
def right_delivered_share(history: History) -> float:
    """What is received over what is given."""
    delivered = of_swaps(history, "cum_delivered")
    return ratio(float(delivered.sum()), float(of_swaps(history, "cum_granted").sum()))


@outcome("bank.right_repaid_share", unit="share", better="higher", basis="count",
    formula=f"{GRANTED}, share from which lenders have received at least their part of the worth"
    " of the right at signing, in business so far",
    source=HOUSE, label="Swaps repaid in business")  # fmt: skip
def right_repaid_share(history: History) -> float:
    """Signers whose business has been worth what lenders gave up."""
    own = of_swaps(history, "lender_gain_share") * of_swaps(history, "cum_granted")
    return mean((of_swaps(history, "cum_delivered") >= own).astype(np.float64))
