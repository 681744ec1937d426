"""Across the cycle: what one run says of overtaking, regimes, vintages, firms and banks."""

from typing import Any

from sim.command.folder import RunFolder
from sim.command.pages import read_results
from sim.command.screen import say
from sim.command.study import Begun, study
from sim.experiment.pace import REPLICATIONS
from sim.scenario.dump import fingerprint


@study()
def cycle(now: Begun) -> None:
    """Tell when arrangements overtake, profit by regime and vintage, firms saved, banks."""
    from sim.show.studies import leads
    from sim.study.cycle import check
    from sim.study.cycle import cycle as read

    check(now.scenario)
    found = read(recalled(now.folder, now.scenario) or simulated(now))
    now.tell(found.findings(), {"leads": leads(found)})


def recalled(folder: RunFolder, scenario: Any) -> Any:
    """Read the results of a run of this very scenario; None where there is none."""
    from sim.study.cycle_view import NEEDED

    manifest = folder.manifest()
    if manifest.get("scenario_sha256") != fingerprint(scenario) or not manifest.get("finished"):
        return None
    results = read_results(folder)
    return results if set(NEEDED) <= set(results.series["series"].unique()) else None


def simulated(now: Begun) -> Any:
    """Run the scenario; nothing of the run is kept but what the study tells."""
    from sim.experiment.run import simulate

    if not now.given.quiet:
        say("no run of this scenario lies in the folder; simulating it for this study")
    now.start((now.scenario, now.scenario.experiment.replications), what=REPLICATIONS)
    return simulate(now.scenario, workers=now.store.workers, progress=now.store.progress)
