"""A run that goes on until the half-widths that were asked for are reached."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sim.command import walk


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
    targets, most = asked
    if targets:
        first = min(max(first_look(job), job.scenario.experiment.replications), most)
        job = longer(job, first, job.is_resumed)
    while True:
        simulated = simulate(job)
        if not targets or not simulated.is_whole:
            return job, simulated, None
        found = precision(job, simulated, targets)
        count = next_look(found, job, most)
        if not count:
            return job, simulated, found
        job = longer(job, count, is_resumed=True)


def first_look(job: walk.Job) -> int:
    """Replications before the first look at half-widths."""
    from sim.study.precision import FIRST_BATCH

    return FIRST_BATCH * unit_of(job)


def next_look(found: Any, job: walk.Job, most: int) -> int:
    """Replications before the next look; zero where there is none."""
    from sim.study.precision import next_count

    if found.is_reached or found.is_hopeless or found.replications >= most:
        return 0
    return next_count(found, unit_of(job), most)


def unit_of(job: walk.Job) -> int:
    """Replications that make one independent observation."""
    rule = getattr(job.scenario, "variance_reduction", None)
    return 1 if rule is None else int(rule.unit)


def longer(job: walk.Job, replications: int, is_resumed: bool) -> walk.Job:
    """Give the job with another number of replications."""
    scenario = job.scenario.with_values({"experiment.replications": replications})
    return replace(job, scenario=scenario, is_resumed=is_resumed)


def precision(job: walk.Job, simulated: walk.Simulated, targets: Any) -> Any:
    """Compare the half-widths that a run has reached with those asked for."""
    from sim.outcomes.measure import measure
    from sim.study.precision import precision_of

    outcomes = measure(simulated.results)
    return precision_of(outcomes, job.scenario.experiment.baseline, targets)
