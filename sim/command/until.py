"""A run that goes on until the half-widths that were asked for are reached."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sim.command import walk


class _StoppedError(Exception):
    """A simulation was interrupted."""


def simulate_until(
    job: walk.Job,
    asked: tuple[Any, int],
    simulate: Callable[[walk.Job], walk.Simulated],
) -> tuple[walk.Job, walk.Simulated, Any]:
    """Simulate; where half-widths are asked for, add replications until they are reached.

    Parameters
    ----------
    job : Job
    asked : tuple of (targets, int)
        Half-widths, none for a fixed number of replications, and the most replications.
    simulate : callable
        Simulates a job and writes its results.

    Returns
    -------
    job : Job
        With the number of replications that were run.
    simulated : Simulated
    precision : Precision or None
    """
    from sim.outcomes.measure import measure
    from sim.study.precision import FIRST_BATCH, precision_of, replicate_until

    targets, most = asked
    if not targets:
        return job, simulate(job), None
    looks: list[tuple[walk.Job, walk.Simulated]] = []

    def look(count: int) -> Any:
        scenario = job.scenario.with_values({"experiment.replications": count})
        own = replace(job, scenario=scenario, is_resumed=job.is_resumed or bool(looks))
        looks.append((own, simulate(own)))
        if not looks[-1][1].is_whole:
            raise _StoppedError
        return measure(looks[-1][1].results)

    rule = getattr(job.scenario, "variance_reduction", None)
    unit, given = (1 if rule is None else rule.unit), job.scenario.experiment
    check = partial(precision_of, baseline=given.baseline, targets=targets)
    try:
        found = replicate_until(look, check, max(FIRST_BATCH * unit, given.replications), most)[1]
    except _StoppedError:
        return *looks[-1], None
    return *looks[-1], found
