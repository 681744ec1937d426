"""What commands share that simulate the targets of a plan: its file, its runs, what they write.

What is simulated is kept in the folder, so that a rerun goes on where the last one ended.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.base.shipped import scenario_path
from sim.cli.options import (
    INTERRUPTED,
    BadInputError,
    given_command,
    progress,
    say,
    silent,
)
from sim.cli.scheduler import connected
from sim.cli.study_base import Given, announce, make_ready, open_store, print_findings, write_study
from sim.experiment.run_folder import RUNS, RunFolder

PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="PLAN",
        parser=scenario_path,
        help="A plan: scenarios/calibration/*.toml, or shipped:calibration/NAME.",
    ),
]


@dataclass(frozen=True)
class Fitting:
    """A plan that is being simulated: its economy, what simulates, and where the files go."""

    given: Given
    scenario: Any
    simulator: Any
    folder: RunFolder
    notice: Callable[[str], None]

    @property
    def plan(self) -> Any:
        """The plan, with the histories that an evaluation has."""
        return self.simulator.plan

    def run(self, most: int, work: Callable[[], Any]) -> Any:
        """Do work of so many runs at most: say how long, show how far, keep what is done."""
        simulator, quiet = self.simulator, self.given.quiet
        if not quiet:
            announce([(self.scenario, most)], simulator.store, self.given.yes, at_most=True)
        with progress(quiet) as report:
            simulator.report = lambda done: report(done, max(done, most))
            try:
                return work()
            except KeyboardInterrupt:
                kept = f"interrupted: {simulator.store.simulated} replications are kept"
                say(f"{kept}\n  go on with: {given_command()}")
                raise typer.Exit(INTERRUPTED) from None

    def tell(
        self, findings: Any, about: Mapping[str, Any], what: str, places: Sequence[Path]
    ) -> None:
        """Write the findings and print them; then the files, `places`, that they led to."""
        told = {"command": given_command(), "seed": self.plan.seed, "title": self.plan.title}
        write_study(self.folder, findings, {**told, **about})
        if self.given.quiet:
            typer.echo(self.folder.path)
            return
        print_findings(findings)
        for place in places:
            typer.echo(f"{what}: {place}")
        typer.echo(f"report: {self.folder.report}")


@contextmanager
def fitting(given: Given, name: str, points: int | None = None) -> Iterator[Fitting]:
    """Make ready to simulate a plan; by default in the folder of the command's `name`.

    At most so many points are simulated, where a number is given.
    """
    from sim.studies.calibration_plan import load_plan, scenario_of

    file, notice = given.file, silent if given.quiet else say
    refuse_scenario(file)
    plan = load_plan(file)
    scenario = scenario_of(plan, file, given.settings or [])
    folder = RunFolder(given.out or RUNS / f"{name}-{file.stem}")
    with connected(given.scheduler, notice) as there, folder.held():
        store = open_store(folder, given.workers, there)
        make_ready(scenario, store, notice)
        yield Fitting(given, scenario, evaluator(plan, scenario, store, points), folder, notice)


def evaluator(plan: Any, scenario: Any, store: Any, budget: int | None) -> Any:
    """Give what simulates, with everything that is known from before."""
    from sim.studies.fit import Evaluator
    from sim.studies.moments import moments_of

    # A setting may change how many histories an evaluation has.
    plan = plan.model_copy(update={"replications": scenario.experiment.replications})
    return Evaluator(plan, store.reading(moments_of), budget)


def refuse_scenario(file: Path) -> None:
    """Say it plainly where somebody gives a scenario instead of a plan."""
    from sim.scenario.read import resolve

    raw = resolve(file)
    if not raw.problems and "parameter" not in raw.values and "experiment" in raw.values:
        cure = "give a plan, for example scenarios/calibration/china_technology.toml"
        raise BadInputError(str(file), "is a scenario, and calibrate needs a plan", cure)
