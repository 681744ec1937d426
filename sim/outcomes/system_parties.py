"""Parties beside the lenders: what bearing losses leaves them."""

from sim.outcomes.mark import family
from sim.outcomes.reading import HOUSE
from sim.state.history import History

PARTIES = {
    "guarantors": {"party": "guarantor",
        "what": "fees of guarantors and pools less losses that they bear"},
    "insurers": {"party": "insurer", "what": "premiums less losses that insurers bear"},
    "lessors": {"party": "lessor",
        "what": "fees of lessors and sale of their equipment less losses that they bear"},
    "trusts": {"party": "trust", "what": "fees of trusts less losses that their investors bear"},
}  # fmt: skip


@family("system.{party}_result", over=PARTIES, unit="CNY million", better="higher", basis="flow",
    formula="{what}, over the experiment", source=HOUSE)  # fmt: skip
def of_party(history: History, party: str) -> float:
    """Result of one kind of party over the experiment."""
    return float(history.series(party)[history.during()].sum())
