"""Across the cycle: what one run says of overtaking, regimes, vintages, firms and banks."""

from dataclasses import dataclass
from typing import Any

from sim.command.failure import told
from sim.command.folder import RunFolder
from sim.command.options import Quiet, ScenarioFile, Settings
from sim.command.progress import progress
from sim.command.screen import say
from sim.command.study import (
    Given,
    Out,
    Replications,
    Seed,
    Setting,
    Workers,
    ready,
    save_drawings,
    study,
)
from sim.experiment.pace import REPLICATIONS
from sim.scenario.dump import fingerprint


@dataclass(frozen=True)
class Recalled:
    """Results as a folder holds them."""

    scenario: Any
    outcomes: Any
    series: Any
    manifest: dict[str, Any]


@told
def cycle(  # noqa: PLR0913, PLR0917 -- one argument for each option of the command
    file: ScenarioFile,
    settings: Settings = None,
    replications: Replications = None,
    seed: Seed = None,
    workers: Workers = None,
    out: Out = None,
    quiet: Quiet = False,
) -> None:
    """Tell when arrangements overtake, profit by regime and vintage, firms saved, banks."""
    given = Given(settings, replications, seed, workers, out, quiet)
    with study(file, given) as now:
        from sim.show.studies import leads
        from sim.study.cycle import check
        from sim.study.cycle import cycle as read

        check(now.scenario)
        results = recalled(now.folder, now.scenario) or simulated(now)
        found = read(results)
    findings = found.findings()
    now.finish(findings)
    save_drawings(now, findings.key, {"leads": leads(found)})


def recalled(folder: RunFolder, scenario: Any) -> Recalled | None:
    """Read the results of a run of this very scenario; None where there is none."""
    from sim.study.cycle_view import NEEDED

    manifest = folder.manifest()
    same = manifest.get("scenario_sha256") == fingerprint(scenario)
    if not (same and manifest.get("finished")):
        return None
    outcomes, series = folder.table("outcomes"), folder.table("series")
    if outcomes is None or series is None or not set(NEEDED) <= set(series["series"].unique()):
        return None
    return Recalled(scenario, outcomes, series, manifest)


def simulated(now: Setting) -> Any:
    """Run the scenario; nothing of the run is kept but what the study tells."""
    from sim.experiment.run import simulate

    ready(now)
    if not now.is_quiet:
        say("no run of this scenario lies in the folder; simulating it for this study")
    with progress(now.is_quiet, REPLICATIONS) as report:
        return simulate(now.scenario, workers=now.store.workers, progress=report)
