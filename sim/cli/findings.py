"""From results to what people read: comparison, figures and report, in their language.

Commands import this file when they run, since it loads what is said of a model; all that draws
or measures is imported inside functions, since it loads plots.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.base.columns import write_csv
from sim.base.language import Language, language, tr
from sim.cli.options import say
from sim.experiment.run_folder import (
    BANK_TAILS,
    BY_BANK,
    COMPARISON,
    EXPLORE,
    FIGURES,
    LOSS_PARTS,
    REPORT,
    SUMMARY,
    WORKBOOK,
    RunFolder,
)
from sim.report.scenario_words import LIMITS, describe, setting
from sim.scenario.toml_text import fingerprint


def write_findings(
    folder: RunFolder,
    results: Any,
    written: Language = "en",
    workers: int = 1,
    told: Callable[[Any, Any, Any], None] | None = None,
    excel: bool = False,
) -> Any:
    """Measure, compare, write the tables behind the report, the figures and the report.

    Figures, report and the workbook, which is written where `excel` asks for it, are in the
    language asked for; tables hold the same words in all. So many processes draw the figures;
    the comparison, its intervals over parameters and the outcomes are `told` before.
    """
    from sim.analysis.measured import Measured
    from sim.report.explore_data import OutcomeTables

    # The page shows what the folder says of the run, as it will when it is written again.
    found = Measured(replace(results, manifest=folder.manifest() or results.manifest))
    with language(written):
        comparison = found.comparison  # it says in words how intervals are made
    if told is not None:
        told(comparison, over_of(folder, results.scenario), found.outcomes)
    with folder.staging() as stage, language(written):
        write_csv(found.all_compared, stage / COMPARISON)
        tables = OutcomeTables(found.outcomes, found.comparison)
        write_csv(tables.summary, stage / SUMMARY)
        write_csv(tables.explored, stage / EXPLORE)
        write_csv(found.by_bank, stage / BY_BANK)
        write_csv(found.loss_parts, stage / LOSS_PARTS)
        write_csv(found.bank_tails, stage / BANK_TAILS)
        if excel:
            write_excel(stage / WORKBOOK, found)
        seen = found.outcomes, found.comparison, results
        drawings = write_figures(stage / FIGURES, *seen, workers)
        write_page(stage / REPORT, folder, found, drawings, tables)
    return found.comparison


def write_excel(file: Path, found: Any) -> None:
    """Write the workbook of a run, in the language of the context."""
    from sim.base.workbook import write_workbook
    from sim.experiment.workbook import run_sheets

    write_workbook(file, run_sheets(found))


def write_page(
    file: Path,
    folder: RunFolder,
    found: Any,
    drawings: Any = None,
    tables: Any = None,
    files: str = "",
) -> None:
    """Write the report of a run and its studies, in the language of the context.

    `drawings` are the figures by key and `tables` those of outcomes, where they are made
    already; `files` is the folder of the run as seen from the page, empty where that is its own.
    """
    from sim.report.report import write_report

    scenario = found.results.scenario
    write_report(
        file,
        scenario_title=scenario.title,
        question=scenario.question,
        comparison=found.comparison,
        outcomes=found.outcomes,
        results=found.results,
        by_bank=found.by_bank,
        loss_parts=found.loss_parts,
        bank_tails=found.bank_tails,
        setting=setting(scenario),
        describe=describe(scenario),
        sources=scenario.sources,
        limits=LIMITS,
        drawings=drawings,
        tables=tables,
        studies=studies_in(folder),
        scenario_sha256=fingerprint(scenario),
        over_parameters=over_of(folder, scenario),
        turns=turns_of(folder, scenario),
        files=files,
    )


def over_of(folder: RunFolder, scenario: Any) -> Any:
    """Give the intervals over parameters of a run: its own, or those kept for its scenario."""
    from sim.studies.over_parameters import TABLE, stored

    return _own(folder, TABLE) if TABLE in folder.files() else stored(scenario)


def turns_of(folder: RunFolder, scenario: Any) -> Any:
    """Say what would turn each headline: by the run's study, or one kept for its scenario."""
    from sim.studies.findings import FINDINGS as WORDS
    from sim.studies.robustness import KEY
    from sim.studies.turns import FILE, kept_turns

    name, told = f"studies/{KEY}/{FILE}", f"studies/{KEY}/{WORDS}"
    if {name, told} <= set(folder.files()):
        about = json.loads(folder.read(told))["about"]
        if about.get("scenario_sha256") == fingerprint(scenario):
            return _own(folder, name)
    return kept_turns(scenario)


def _own(folder: RunFolder, name: str) -> Any:
    """Read a table of a run's folder."""
    from io import BytesIO

    import pandas as pd

    return pd.read_csv(BytesIO(folder.read(name)), keep_default_na=False, na_values=[""])


def studies_in(folder: RunFolder) -> list[Any]:
    """Read the studies of a run; those of another version of the program say so."""
    from sim.experiment.identity import program_digest
    from sim.report.studies import studies_of

    folder.check_studies()
    told = tr("This study was made by another version of the program.")
    return [
        study
        if study.about.get("program", program_digest()) == program_digest()
        else replace(
            study,
            findings=replace(study.findings, sentences=(told, *study.findings.sentences)),
        )
        for study in studies_of(folder.path)
    ]


def write_figures(
    folder: Path, outcomes: Any, comparison: Any, results: Any, workers: int = 1
) -> dict[str, Any]:
    """Write every figure of the report as SVG and as PNG, and the numbers behind it as CSV.

    The figures are given by key, so that the report need not draw them again.
    """
    from sim.base.language import current
    from sim.report.figures.files import draw_files
    from sim.report.figures.gallery import planned
    from sim.report.figures.letters import has_glyphs

    folder.mkdir()
    pictures = draw_files(folder, list(planned(outcomes, comparison, results)), workers)
    if not has_glyphs(current()):
        say("no font here has Chinese letters: PNG files are in English, the rest in Chinese")
    return pictures
