"""The option that sends a run or a study to an existing cluster, and what is done with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from sim.experiment.size import check_size
from sim.experiment.workers import cores

Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Simulate on a Dask cluster, for example tcp://127.0.0.1:8786, not here.",
    ),
]


@contextmanager
def connected(address: str | None, tell: Callable[[str], None]) -> Iterator[Any]:
    """Give the cluster at an address as an executor; None where there is no address.

    Raises ScenarioError if it cannot be used.
    """
    if address is None:
        yield None
        return
    from sim.experiment.cluster import cluster

    with cluster(address, tell) as there:
        tell(f"simulating on {there.places} places of the workers at {address}")
        yield there


def processes(workers: int | None, there: Any) -> int:
    """Give how many runs go side by side: those of a cluster, or what was asked for."""
    return int(there.places) if there is not None else workers or cores()


def check_fits(scenario: Any, workers: int | None, is_large: bool, there: Any = None) -> None:
    """Refuse, by a ScenarioError, what this machine or the workers of a cluster cannot hold."""
    room = None if there is None else there.places * there.memory
    check_size(scenario, processes(workers, there), is_large, room)
