"""What all commands of studies share: their options, their runs, their files and page.

A study lives in the folder of a run: its tables under ``studies/KEY/``, its section in
``report.html``. Every replication that a study needs is kept under ``studies/.runs/``, in
a folder named by the content of the program, so that no study simulates what another one
has simulated, and none takes numbers of an older program.
"""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.command import walk
from sim.command.folder import RUNS, RunFolder
from sim.command.options import settings_of
from sim.command.progress import progress
from sim.command.run import cores, default_folder
from sim.command.screen import console, say, table
from sim.scenario.dump import fingerprint

KEPT = ".runs"
"""Folder beneath ``studies`` that keeps replications between studies."""

Replications = Annotated[
    int | None, typer.Option(min=2, help="Random histories; by default those of the scenario.")
]
Seed = Annotated[int | None, typer.Option(min=0, help="Root of all random streams.")]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes side by side; by default all cores.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="RUN", help="Folder of a run; by default runs/SCENARIO-HASH."),
]


@dataclass(frozen=True)
class Given:
    """The common options as they were given."""

    settings: list[str] | None = None
    replications: int | None = None
    seed: int | None = None
    workers: int | None = None
    out: Path | None = None
    is_quiet: bool = False


@dataclass(frozen=True)
class Setting:
    """What a study works with.

    Parameters
    ----------
    scenario : Scenario
        With the values given on the command line.
    folder : RunFolder
    store : Store
        Runs of this folder's studies; it shows how many are done, of how many.
    is_quiet : bool
    """

    scenario: Any
    folder: RunFolder
    store: Any
    is_quiet: bool = False
    about: dict[str, Any] = field(default_factory=dict)

    def finish(self, *findings: Any) -> None:
        """Write files and page, and print the words and the first table of each."""
        for one in findings:
            write_study(self.folder, one, self.about)
        if self.is_quiet:
            typer.echo(self.folder.path)
            return
        for one in findings:
            print_findings(one)
            typer.echo(f"\ntables: {self.folder.path / 'studies' / one.key}\n")
        if self.store.simulated:
            say(f"{self.store.simulated} replications were simulated for this study")
        typer.echo(f"report: {self.folder.report}")


@contextmanager
def study(file: Path, given: Given) -> Iterator[Setting]:
    """Load a scenario and make ready to study it.

    Parameters
    ----------
    file : Path
        The scenario.
    given : Given
        Options of the command line.

    Yields
    ------
    Setting

    Raises
    ------
    ScenarioError, BadInputError
        If the scenario or a value is bad, or the folder cannot be one.
    """
    from sim.scenario.load import load_scenario

    own = settings_of(given.settings, replications=given.replications, seed=given.seed)
    scenario = load_scenario(file, own)
    folder = RunFolder(given.out or default_folder(file, scenario))
    RunFolder(given.out or RUNS).check_usable()
    store = open_store(folder, given.workers or cores())
    with progress(given.is_quiet) as store.progress:
        yield Setting(scenario, folder, store, given.is_quiet, about_study(scenario))


def ready(setting: Setting) -> None:
    """Load the compiled rules at once; the store does so itself before it first simulates."""
    walk.prepare(setting.scenario, (lambda _: None) if setting.is_quiet else say)


def open_store(folder: RunFolder, workers: int = 1) -> Any:
    """Give the store of the runs that a folder's studies have made.

    Returns
    -------
    Store
        On disk under ``studies/.runs/`` of the folder.
    """
    from sim.study.store import Store
    from sim.study.version import program_digest

    return Store(folder.path / "studies" / KEPT / program_digest(), workers)


def about_study(scenario: Any) -> dict[str, Any]:
    """Say how a study is made: the command, the scenario's hash, seed and replications."""
    words = ["python", "-m", "sim", *sys.argv[1:]]
    return {
        "command": shlex.join(words),
        "scenario_sha256": fingerprint(scenario),
        "seed": scenario.experiment.seed,
        "replications": scenario.experiment.replications,
        "title": scenario.title,
        "question": scenario.question,
    }


def write_study(folder: RunFolder, findings: Any, about: dict[str, Any] | None = None) -> Path:
    """Write the findings of a study into the folder of a run, and into its report.

    Parameters
    ----------
    folder : RunFolder
        Where there is no run, the page is a small one with nothing but studies.
    findings : Findings
    about : dict of str to any, optional
        How the study was made, as JSON can hold it.

    Returns
    -------
    Path
        The folder of the study.
    """
    from sim.page.study_pages import STUDIES
    from sim.study.findings import FINDINGS, write_files

    place: Path = folder.path / STUDIES / findings.key
    # What an earlier study of the same name drew belongs to its numbers.
    known = {FINDINGS, *(f"{name}.csv" for name in findings.tables)}
    with folder.staging() as stage:
        write_files(stage / STUDIES / findings.key, findings, about or {})
    for old in place.iterdir():
        if old.name not in known:
            old.unlink()
    update_report(folder)
    return place


def save_drawings(setting: Setting, key: str, drawings: Mapping[str, Any]) -> None:
    """Write the figures of a study and their numbers beside its tables, and on its page.

    Parameters
    ----------
    setting : Setting
    key : str
        Of the findings, which are written already.
    drawings : mapping of str to Drawing
        By the name of the file.
    """
    from sim.page.study_pages import STUDIES, page_figure
    from sim.study.findings import FIGURES

    folder = setting.folder.path / STUDIES / key
    for name, drawing in drawings.items():
        (folder / f"{name}.svg").write_text(drawing.svg(), encoding="utf-8")
        drawing.savefig(folder / f"{name}.png")
        behind = folder / f"{name}.csv"
        # A figure of a whole table has its name, and the table is there already.
        if not behind.exists():
            drawing.data.to_csv(behind, index=False)
    figures = [page_figure(key, name, drawing) for name, drawing in drawings.items()]
    (folder / FIGURES).write_text(json.dumps(figures), encoding="utf-8")
    update_report(setting.folder)


def update_report(folder: RunFolder) -> None:
    """Put the studies of a folder into its report; write a small one where there is none."""
    from sim.page.study_pages import studies_of, study_report, with_studies

    studies = studies_of(folder.path)
    sha = str(folder.manifest().get("scenario_sha256", ""))
    if sha and folder.report.is_file():
        text = with_studies(folder.report.read_text(encoding="utf-8"), studies, sha)
    else:
        about = studies[0].about if studies else {}
        title = str(about.get("title") or folder.path.name)
        text = study_report(title, str(about.get("question", "")), studies)
    with folder.staging() as stage:
        (stage / folder.report.name).write_text(text, encoding="utf-8")


def print_findings(findings: Any) -> None:
    """Print what was found: the words, then the first table with its caption."""
    from sim.page.frame_tables import shown_table

    for sentence in findings.sentences:
        typer.echo(sentence)
    for name, frame in list(findings.tables.items())[:1]:
        shown = shown_table(frame, findings.units)
        rows = [[cell.text for cell in row] for row in shown["rows"]]
        typer.echo(f"\n{findings.captions.get(name, name)}")
        # Words stand first, numbers after them.
        right = len(shown["columns"]) - sum(1 for _ in _words(shown["numbers"]))
        console().print(table(shown["columns"], rows, right=right))


def _words(numbers: list[bool]) -> Iterator[bool]:
    """Give the columns before the first one of numbers."""
    for is_number in numbers:
        if is_number:
            return
        yield is_number
