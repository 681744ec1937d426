"""The relending facility: how much of its quota is left."""

from sim.clauses.funding import Funding, Relending
from sim.engine.world import World


def quota_left(w: World, clause: Funding) -> bool:
    """Whether the central bank would refinance one more loan.

    What is refinanced is counted anew at each settlement; contracts signed since then add
    to it.
    """
    if not isinstance(clause, Relending):
        return False
    size = clause.quota * w.scenario.population.firms / 1000.0
    return w.refinanced < size
