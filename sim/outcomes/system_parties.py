"""Parties beside the lenders: what bearing losses leaves them."""

from sim.outcomes.mark import outcome
from sim.outcomes.reading import HOUSE
from sim.state.history import History


def of_party(history: History, party: str) -> float:
    """Result of one kind of party over the experiment, CNY million."""
    return float(history.series(party)[history.during()].sum())


@outcome(
    "system.guarantor_result", unit="CNY million", better="higher", basis="flow",
    formula="fees of guarantors and pools less losses that they bear, over the experiment",
    source=HOUSE,
)  # fmt: skip
def guarantor_result(history: History) -> float:
    """What guarantees leave those who give them."""
    return of_party(history, "guarantors")


@outcome(
    "system.insurer_result", unit="CNY million", better="higher", basis="flow",
    formula="premiums less losses that insurers bear, over the experiment",
    source=HOUSE,
)  # fmt: skip
def insurer_result(history: History) -> float:
    """What credit insurance leaves insurers."""
    return of_party(history, "insurers")


@outcome(
    "system.lessor_result", unit="CNY million", better="higher", basis="flow",
    formula="fees of lessors and sale of their equipment less losses that they bear, over the"
    " experiment",
    source=HOUSE,
)  # fmt: skip
def lessor_result(history: History) -> float:
    """What leasing equipment leaves lessors."""
    return of_party(history, "lessors")


@outcome(
    "system.trust_result", unit="CNY million", better="higher", basis="flow",
    formula="fees of trusts less losses that their investors bear, over the experiment",
    source=HOUSE,
)  # fmt: skip
def trust_result(history: History) -> float:
    """What bearing losses leaves the investors of trusts."""
    return of_party(history, "trusts")
