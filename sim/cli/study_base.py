"""What all commands of studies share: their options, their runs, their files and page.

A study lives in the folder of a run: its tables under ``studies/KEY/``, its section in
``report.html``. Every replication that a study needs is kept under ``studies/.runs/``, so
that no study simulates what another one has simulated.
"""

import functools
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from sim.cli.options import (
    WIDTH,
    Large,
    Out,
    Quiet,
    Replications,
    ScenarioFile,
    Seed,
    Settings,
    Workers,
    Yes,
    console,
    counted,
    given_command,
    is_asked,
    print_text,
    progress,
    reports_errors,
    say,
    settings_of,
    silent,
)
from sim.cli.run import default_folder
from sim.cli.scheduler import Scheduler, check_fits, connected, processes
from sim.experiment.identity import program_digest
from sim.experiment.progress import RUNS as COUNTED
from sim.experiment.run_folder import REPORT, STORE, RunFolder
from sim.scenario.toml_text import fingerprint

LONG = 60.0
"""Seconds above which a user at a terminal is asked."""


Drawings = Mapping[str, Any] | None
"""Figures by the name of their file."""


@dataclass(frozen=True)
class Given:
    """The argument and the options that all studies share, as they were given."""

    file: ScenarioFile
    settings: Settings = None
    replications: Replications = None
    seed: Seed = None
    workers: Workers = None
    scheduler: Scheduler = None
    out: Out = None
    yes: Yes = False
    large: Large = False
    quiet: Quiet = False


@dataclass
class Begun:
    """A study that has begun: its scenario with the values given on the command line.

    The store keeps the runs of the folder's studies, and shows how many are done of how many.
    """

    given: Given
    scenario: Any
    folder: RunFolder
    store: Any
    _open: ExitStack = field(default_factory=ExitStack)

    def start(self, *jobs: tuple[Any, int], what: str = COUNTED, at_most: bool = False) -> None:
        """Load the compiled rules, say how long the jobs will take, and show their progress.

        A job is a scenario and how often it is run, at most where fewer runs may do. `what` is
        counted, "replications" or "runs".
        """
        quiet = self.given.quiet
        make_ready(self.scenario, self.store, silent if quiet else say)
        # Who wants little to be printed is asked all the same, where there is somebody.
        if jobs and not (quiet and (self.given.yes or not is_asked())):
            announce(jobs, self.store, self.given.yes, at_most)
        self._open.enter_context(self.store)
        self.store.progress = self._open.enter_context(progress(quiet, what))

    def end(self) -> None:
        """End the bar and the processes, before anything is printed."""
        self._open.close()

    def write(self, findings: Any, drawings: Drawings = None) -> Path:
        """Write files, figures by the name of their file, and page; give their folder."""
        return write_study(self.folder, findings, about_study(self.scenario), drawings)

    def tell(self, findings: Any, drawings: Drawings = None) -> None:
        """Write files and page, and print the words and the first table."""
        self.end()
        place = self.write(findings, drawings)
        if not self.given.quiet:
            print_findings(findings)
            typer.echo(f"\ntables: {place}\n")


def study(*left_out: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a command of a function that studies a scenario.

    The function is given the study that has begun and then its own options. The file and the
    shared options of `Given` are added, but for those that are left out or that the function
    declares itself.
    """

    def made(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        known = {*left_out, *(one.name for one in own)}
        every = inspect.signature(Given).parameters.values()
        file, *shared = [one for one in every if one.name not in known]

        @functools.wraps(function)
        def command(**options: Any) -> None:
            given = Given(**{one.name: options.pop(one.name) for one in (file, *shared)})
            with begun(given) as now:
                function(now, **options)

        parameters = [file, *own, *shared]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in parameters}
        return reports_errors(command)

    return made


def make_ready(scenario: Any, store: Any, notice: Callable[[str], None]) -> None:
    """Load the compiled rules, where runs are made here."""
    from sim.experiment.simulate import prepare

    if store.executor is None:
        prepare(scenario, notice)


def announce(
    jobs: Sequence[tuple[Any, int]], store: Any, is_agreed: bool, at_most: bool = False
) -> None:
    """Say how long the runs of a study will take.

    A user at a terminal is asked before a long study; nobody is where nobody can answer.
    """
    from sim.studies.duration import expected

    time = expected(jobs, store)
    say(f"{'at most ' if at_most else ''}{time.words()}")
    if time.seconds > LONG and not is_agreed and is_asked():
        typer.confirm("go on?", default=True, abort=True, err=True)


def begun(given: Given) -> AbstractContextManager[Begun]:
    """Load a scenario and make ready to study it.

    Raises ScenarioError or BadInputError if the scenario or a value is bad, or the folder
    cannot be one.
    """
    from sim.scenario.scenario import load_with_notices

    own = settings_of(given.settings, replications=given.replications, seed=given.seed)
    scenario, notices = load_with_notices(given.file, own)
    if given.scheduler is None:
        check_fits(scenario, given.workers, given.large)
    for notice in () if given.quiet else notices:
        say(f"notice: {notice}")
    return opened(given, scenario, given.out or default_folder(given.file, scenario))


@contextmanager
def opened(given: Given, scenario: Any, place: Path) -> Iterator[Begun]:
    """Make ready to study a scenario in a folder; in the end say where the report is."""
    folder = RunFolder(place)
    with connected(given.scheduler, silent if given.quiet else say) as there:
        if there is not None:
            check_fits(scenario, given.workers, given.large, there)
        now = Begun(given, scenario, folder, open_store(folder, given.workers, there))
        with folder.held(), now._open:
            for how in () if given.quiet else dict.fromkeys(now.store.passed_over()):
                say(f"notice: replications kept by another version are not used: {how}")
            yield now
    if given.quiet:
        typer.echo(folder.path)
        return
    if now.store.simulated:
        say(f"{counted(now.store.simulated, 'replication')} simulated for this study")
    typer.echo(f"report: {folder.report}")


def open_store(folder: RunFolder, workers: int | None = 1, there: Any = None) -> Any:
    """Give the store of the runs that a folder's studies have made, on disk beneath it.

    Runs are made by so many processes, None for all cores, or on a cluster.
    """
    from sim.experiment.store import Store

    return Store(folder.path / STORE, processes(workers, there), there)


def about_study(scenario: Any) -> dict[str, Any]:
    """Say how a study is made: the command, the scenario's hash, seed and replications."""
    return {
        "command": given_command(),
        "program": program_digest(),
        "scenario_sha256": fingerprint(scenario),
        "seed": scenario.experiment.seed,
        "replications": scenario.experiment.replications,
        "title": scenario.title,
        "question": scenario.question,
    }


def write_study(
    folder: RunFolder,
    findings: Any,
    about: dict[str, Any] | None = None,
    drawings: Drawings = None,
) -> Path:
    """Write the findings of a study into the folder of a run, and into its report.

    `about` says how the study was made, as JSON can hold it; drawings are written as SVG and
    PNG with their numbers, and shown on the page. The folder of the study is given.
    """
    from sim.report.studies import STUDIES
    from sim.studies.findings import write_files

    place: Path = folder.path / STUDIES / findings.key
    # What an earlier study of the same name left belongs to its numbers.
    with folder.staging(instead_of=f"{STUDIES}/{findings.key}") as stage:
        own = stage / STUDIES / findings.key
        write_files(own, findings, about or {})
        _write_drawings(own, drawings or {})
    update_report(folder)
    return place


def _write_drawings(folder: Path, drawings: Mapping[str, Any]) -> None:
    """Write figures, the numbers behind each, and what a page shows of them."""
    from sim.base.columns import write_csv
    from sim.report.studies import page_figure
    from sim.studies.findings import FIGURES

    pictures = {name: drawing.picture() for name, drawing in drawings.items()}
    for name, drawing in drawings.items():
        (folder / f"{name}.svg").write_text(pictures[name].svg, encoding="utf-8")
        drawing.savefig(folder / f"{name}.png")
        # A figure of a whole table has its name, and the table is there already.
        if not (folder / f"{name}.csv").exists():
            write_csv(drawing.data, folder / f"{name}.csv")
    if drawings:
        figures = [page_figure(folder.name, name, drawn) for name, drawn in pictures.items()]
        (folder / FIGURES).write_text(json.dumps(figures), encoding="utf-8")


def update_report(folder: RunFolder) -> None:
    """Put the studies of a folder into its report; without a run the page holds them alone."""
    from sim.cli.findings import studies_in
    from sim.report.studies import study_report, with_studies

    studies = studies_in(folder)
    sha = str(folder.manifest().get("scenario_sha256", ""))
    if sha and REPORT in folder.files():
        text = with_studies(folder.read(REPORT).decode(), studies, sha)
    else:
        about = studies[0].about if studies else {}
        title = str(about.get("title") or folder.path.name)
        text = study_report(title, str(about.get("question", "")), studies)
    with folder.staging() as stage:
        (stage / folder.report.name).write_text(text, encoding="utf-8")


def print_findings(findings: Any) -> None:
    """Print what was found: the words, then the first table, unless it has no rows."""
    from sim.cli.study_table import study_table

    screen = console()
    width = min(WIDTH, screen.width)
    for sentence in findings.sentences:
        print_text(sentence)
    name, frame = next(iter(findings.tables.items()), ("", ()))
    if not len(frame):
        return
    layout, unit = study_table(frame, findings.units, width)
    caption = findings.captions.get(name, name)
    caption += f" ({unit})" if unit and unit not in caption else ""
    typer.echo("")
    print_text(caption)
    screen.print(layout, width=width)
