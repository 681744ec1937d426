"""From results to what people read: comparison, figures and report, in their language.

Commands import this file when they run, since it loads what is said of a model; all that draws
or measures is imported inside functions, since it loads plots.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.base.language import Language, language
from sim.cli.options import say
from sim.cli.run_folder import (
    BY_BANK,
    COMPARISON,
    EXPLORE,
    FIGURES,
    REPORT,
    SUMMARY,
    RunFolder,
)
from sim.report.scenario_words import LIMITS, describe, setting
from sim.scenario.toml_text import fingerprint


@dataclass(frozen=True)
class Measured:
    """Results with what they mean."""

    results: Any
    outcomes: Any
    comparison: Any
    by_bank: Any


def measured(results: Any) -> Measured:
    """Measure and compare results as their scenario asks."""
    from sim.analysis.compare import compare
    from sim.analysis.outcomes_table import by_bank, measure

    experiment = results.scenario.experiment
    outcomes = measure(results)
    share = experiment.half_width_share
    comparison = compare(outcomes, experiment.baseline, half_width_share=share)
    banks = by_bank(results, experiment.baseline, comparison.confidence)
    return Measured(results, outcomes, comparison, banks)


def write_findings(folder: RunFolder, results: Any, written: Language = "en") -> Any:
    """Measure, compare, write the tables behind the report, the figures and the report.

    Figures and report are in the language asked for; tables hold the same words in all.
    """
    from sim.report.explore_data import explored

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


def write_page(
    file: Path, folder: RunFolder, found: Measured, drawings: Any = None, files: str = ""
) -> None:
    """Write the report of a run and its studies, in the language of the context.

    `drawings` are the figures by key, where they are drawn already; `files` is the folder of
    the run as seen from the page, empty where that is its own.
    """
    from sim.report.report import write_report
    from sim.report.studies import studies_of

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
        files=files,
    )


def write_figures(folder: Path, outcomes: Any, comparison: Any, results: Any) -> dict[str, Any]:
    """Write every figure of the report as SVG and as PNG, and the numbers behind it as CSV.

    A PNG needs a font with the letters of the language; without one it is drawn in English.
    The figures are given by key, so that the report need not draw them again.
    """
    from sim.base.language import current
    from sim.report.figures.gallery import planned
    from sim.report.figures.letters import has_glyphs

    folder.mkdir()
    can_print = has_glyphs(current())
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
