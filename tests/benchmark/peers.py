"""A whole run, banks and ledger included, over lean models without them."""

from collections.abc import Callable
from importlib.util import find_spec

from tests.benchmark.measured import Found, Job, Measured, in_turn, spent
from tests.benchmark.plan import Plan
from tests.benchmark.worlds import opening, scenario_of, whole_cost
from tests.peers import lean_simpy
from tests.peers.firm import Lives


def measure(plan: Plan) -> Found:
    """Ratios for a live firm-quarter; Mesa's only where it is installed (extra `bench`)."""
    w = opening(scenario_of(plan.peers))
    settings = w.scenario.experiment
    years = settings.warm_up_years + settings.horizon_years
    peers: dict[str, Job] = {"simpy": lambda: lean_cost(lean_simpy.run, plan.peers, years)}
    if find_spec("mesa"):
        from tests.peers import lean_mesa

        peers["mesa"] = lambda: lean_cost(lean_mesa.run, plan.peers, years)
    taken = in_turn({"whole": lambda: whole_cost(w), **peers}, plan.repeats)
    found: Found = {f"{name}_ns": Measured.of(taken[name]) for name in peers}
    ratios = {f"whole_over_{name}": Measured.of(taken["whole"] / taken[name]) for name in peers}
    return {**found, **ratios}


def lean_cost(run: Callable[[int, float], Lives], firms: int, years: float) -> float:
    """Nanoseconds per live firm-quarter of a lean model."""
    kept: list[Lives] = []
    seconds = spent(lambda: kept.append(run(firms, years)))
    return 1e9 * seconds / kept[0].quarters
