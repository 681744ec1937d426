"""From results to what people read: comparison, figures and report, in their language.

All that draws or measures is imported inside functions, since it loads plots.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.base.language import Language, language
from sim.command.describe import LIMITS, describe, setting
from sim.command.failure import BadInputError
from sim.command.folder import (
    BY_BANK,
    COMPARISON,
    EXPLORE,
    FIGURES,
    REPORT,
    SUMMARY,
    TABLES,
    RunFolder,
)
from sim.command.screen import say
from sim.scenario.dump import fingerprint


@dataclass(frozen=True)
class Measured:
    """Results with what they mean."""

    results: Any
    outcomes: Any
    comparison: Any
    by_bank: Any


def measured(results: Any) -> Measured:
    """Measure and compare results as their scenario asks."""
    from sim.outcomes.by_bank import by_bank
    from sim.outcomes.compare import compare
    from sim.outcomes.measure import measure

    experiment = results.scenario.experiment
    outcomes = measure(results)
    share = experiment.half_width_share
    comparison = compare(outcomes, experiment.baseline, half_width_share=share)
    banks = by_bank(results, experiment.baseline, comparison.confidence)
    return Measured(results, outcomes, comparison, banks)


def write_findings(folder: RunFolder, results: Any, written: Language = "en") -> Any:
    """Measure, compare, write the tables behind the report, the figures and the report.

    Parameters
    ----------
    folder : RunFolder
    results : Results
    written : {"en", "zh"}
        Language of figures and report; tables hold the same words in all languages.
    """
    from sim.page.explore_table import explored

    # The page shows what the folder says of the run, as it will when it is written again.
    found = measured(replace(results, manifest=folder.manifest() or results.manifest))
    with folder.staging() as stage, language(written):
        found.comparison.frame().to_csv(stage / COMPARISON, index=False)
        summary = found.outcomes.summary(found.comparison.confidence)
        summary.to_csv(stage / SUMMARY, index=False)
        called_up = explored(found.outcomes, found.comparison)
        called_up.to_csv(stage / EXPLORE, index=False)
        found.by_bank.to_csv(stage / BY_BANK, index=False)
        drawings = write_figures(stage / FIGURES, found.outcomes, found.comparison, results)
        write_page(stage / REPORT, folder, found, drawings)
    return found.comparison


def write_page(file: Path, folder: RunFolder, found: Measured, drawings: Any = None) -> None:
    """Write the report of a run, in the language of the context.

    Parameters
    ----------
    file : Path
    folder : RunFolder
        Of the run; its studies stand in the report.
    found : Measured
    drawings : mapping of str to Drawing, optional
        The figures, where they are drawn already.
    """
    from sim.page.report import write_report
    from sim.page.study_pages import studies_of

    scenario = found.results.scenario
    write_report(
        file,
        scenario_title=scenario.title,
        question=scenario.question,
        comparison=found.comparison,
        outcomes=found.outcomes,
        results=found.results,
        by_bank=found.by_bank,
        setting=setting(scenario),
        describe=describe(scenario),
        sources=scenario.sources,
        limits=LIMITS,
        drawings=drawings,
        studies=studies_of(folder.path),
        scenario_sha256=fingerprint(scenario),
    )


def write_figures(folder: Path, outcomes: Any, comparison: Any, results: Any) -> dict[str, Any]:
    """Write every figure of the report as SVG and as PNG, and the numbers behind it as CSV.

    A PNG needs a font with the letters of the language; without one it is drawn in English.

    Returns
    -------
    dict of str to Drawing
        The figures by key, so that the report need not draw them again.
    """
    from sim.base.language import current
    from sim.show.gallery import planned
    from sim.show.letters import has_letters

    folder.mkdir()
    can_print = has_letters(current())
    drawings = {}
    for plan in planned(outcomes, comparison, results):
        drawing = printed = plan.draw()
        if not can_print:
            with language("en"):
                printed = plan.draw()
        (folder / f"{plan.key}.svg").write_text(drawing.svg(), encoding="utf-8")
        printed.savefig(folder / f"{plan.key}.png")
        drawing.data.to_csv(folder / f"{plan.key}.csv", index=False)
        drawings[plan.key] = drawing
    if not can_print:
        say("no font here has Chinese letters: PNG files are in English, the rest in Chinese")
    return drawings


def read_results(folder: RunFolder) -> Any:
    """Read the results of a finished or interrupted run from its folder.

    Raises
    ------
    BadInputError
        If the folder holds no run, or a file of it is gone.
    ScenarioError
        If its scenario is not one of this version.
    """
    from sim.experiment.results import Results
    from sim.scenario.load import load_scenario

    manifest = folder.manifest()
    cure = "give the folder that a run has written"
    if not manifest:
        raise BadInputError(str(folder.path), "holds no run", cure)
    tables: dict[str, Any] = {name: folder.table(name) for name in TABLES}
    for name in ("outcomes", "series", "banks"):
        if tables[name] is None:
            raise BadInputError(str(folder.path), f"has lost its {name}.parquet", "run it again")
    return Results(load_scenario(folder.path / "scenario.toml"), manifest=manifest, **tables)
