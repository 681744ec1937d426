"""From results to what people read: comparison, figures and report, in their language.

Commands import this file when they run, since it loads what is said of a model; all that draws
or measures is imported inside functions, since it loads plots.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from rich.table import Table
from rich.text import Text

from sim.analysis.compare import UNRESOLVED, unseen_words
from sim.base.columns import write_csv
from sim.base.language import Language, language, tr
from sim.base.wording import arrangement_text, percent_text, verdict_word
from sim.cli.options import say, table
from sim.experiment.run_folder import (
    BY_BANK,
    COMPARISON,
    EXPLORE,
    FIGURES,
    REPORT,
    SUMMARY,
    WORKBOOK,
    RunFolder,
)
from sim.model.contracts.words import WORDS, number, percent, span
from sim.report.figures.selection import headlines
from sim.report.parts import cited, in_a_row, put
from sim.scenario.declared import KIND, shown, unit_and_meaning
from sim.scenario.toml_text import fingerprint

NEUTRAL = (
    "Plain lending: each bank decides on its own file, lends at its own rate against tangible"
    " collateral for a year at a time, bears its losses alone and has no part in a gain."
)
"""The arrangement in which every clause is neutral."""

FOOTINGS = {
    "as_offered": "Volumes are as they come out.",
    "equal_lending": "The baseline's loans are imposed on every arrangement.",
    "equal_capital": "Every arrangement has the same bank capital.",
    "equal_firms": "The baseline's borrowers are imposed, with each arrangement's own lines.",
}

LIMITS = (
    "This is not a forecast: it compares arrangements under assumptions that are stated.",
    "The firms are made up; their laws are set from published totals, not from records.",
    "Banks and firms do not learn beyond their stated rules, and no new programme appears"
    " in answer to another.",
    "Each arrangement or programme lives in a world of its own beside plain lending; how"
    " programmes of different authorities crowd each other is not told.",
    "An interval covers sampling error, not whether the assumptions are right.",
)
"""What the model cannot say."""


def describe(scenario: Any) -> dict[str, list[str]]:
    """Say in words what each arrangement or programme of a scenario is.

    That is what each clause that is not neutral says, in the order of the clauses; for a
    programme, what is on offer from when on, and the clauses of each.
    """
    return {
        name: _sentences(scenario.arrangement[name])
        if name in scenario.arrangement
        else _policies(scenario, name)
        for name in scenario.experiment.arrangements
    }


def _policies(scenario: Any, programme: str) -> list[str]:
    """Tell the policies of a programme, each followed by what its arrangement is."""
    said = []
    for policy in scenario.policy:
        if policy.programme == programme:
            said.append(_dates(policy))
            if policy.eligibility.kind != "everyone":
                said.append(_sentence("eligibility", policy.eligibility))
            said += _sentences(scenario.arrangement[policy.arrangement])
    return said


def _dates(policy: Any) -> str:
    """Say from when to when a policy holds, and whom it reaches."""
    said = {
        "offer": arrangement_text(policy.arrangement).lower(), "start": policy.start.isoformat()
    }  # fmt: skip
    if policy.end is None:
        words = [tr("From {start} on, {offer} is on offer beside plain lending", **said)]
    else:
        text = "From {start} until {end}, {offer} is on offer beside plain lending"
        words = [tr(text, end=policy.end.isoformat(), **said)]
    if policy.reach_share < 1.0:
        words.append(tr(" to {share} of firms", share=percent(policy.reach_share)))
    if policy.phase_in_years > 0.0:
        words.append(tr(", phased in over {years}", years=span(policy.phase_in_years)))
    return tr("{words}.", words="".join(words))


def setting(scenario: Any) -> str:
    """Say on what firms, for how long and on what footing arrangements are compared.

    Up to three sentences with the ids of their numbers, as markup of a page; none where the
    scenario does not tell.
    """
    experiment = scenario.experiment
    footing = FOOTINGS.get(experiment.footing, "")
    said = [put(footing)] if footing else []
    if hasattr(scenario, "population"):
        said.insert(0, put(
            "{firms} firms enter over {history} of history under plain lending and the"
            " {horizon} that are compared.",
            firms=cited(number(scenario.population.firms), "scenario", "population", "firms"),
            history=_cited_span(experiment, "warm_up_years"),
            horizon=_cited_span(experiment, "horizon_years"),
        ))  # fmt: skip
    return in_a_row(said)


def _cited_span(experiment: Any, key: str) -> str:
    return cited(span(getattr(experiment, key)), "scenario", "experiment", key)


def _sentences(arrangement: BaseModel) -> list[str]:
    neutral = type(arrangement)()
    written = [
        _sentence(name, getattr(arrangement, name))
        for name in type(arrangement).model_fields
        if getattr(arrangement, name) != getattr(neutral, name)
    ]
    return written or [tr(NEUTRAL)]


def _sentence(name: str, clause: BaseModel) -> str:
    """Tell one clause: in words where there are any, otherwise key by key."""
    kind = str(getattr(clause, KIND))
    if (name, kind) in WORDS:
        return WORDS[name, kind](clause)
    kind = kind.replace("_", " ")
    head = f"{name.replace('_', ' ').capitalize()}: {kind}"
    values = [
        _value(key, getattr(clause, key), unit_and_meaning(field)[0])
        for key, field in type(clause).model_fields.items()
        if key != KIND and getattr(clause, key) is not None
    ]
    return f"{head}; {', '.join(values)}." if values else f"{head}."


def _value(key: str, value: Any, unit: str) -> str:
    return f"{key.replace('_', ' ')} {shown(value)}" + (f" {unit}" if unit else "")


# --- From results to tables, figures and page ----------------------------------------------------


def write_findings(
    folder: RunFolder,
    results: Any,
    written: Language = "en",
    workers: int = 1,
    told: Callable[[Any], None] | None = None,
    excel: bool = False,
) -> Any:
    """Measure, compare, write the tables behind the report, the figures and the report.

    Figures, report and the workbook, which is written where `excel` asks for it, are in the
    language asked for; tables hold the same words in all. So many processes draw the figures;
    the comparison is `told` before.
    """
    from sim.analysis.measured import Measured
    from sim.report.explore_data import explored

    # The page shows what the folder says of the run, as it will when it is written again.
    found = Measured(replace(results, manifest=folder.manifest() or results.manifest))
    if told is not None:
        told(found.comparison)
    with folder.staging() as stage, language(written):
        write_csv(found.comparison.frame(), stage / COMPARISON)
        write_csv(found.outcomes.summary(confidence=found.comparison.confidence), stage / SUMMARY)
        write_csv(explored(found.outcomes, found.comparison), stage / EXPLORE)
        write_csv(found.by_bank, stage / BY_BANK)
        if excel:
            write_excel(stage / WORKBOOK, found)
        seen = found.outcomes, found.comparison, results
        drawings = write_figures(stage / FIGURES, *seen, workers)
        write_page(stage / REPORT, folder, found, drawings)
    return found.comparison


def write_excel(file: Path, found: Any) -> None:
    """Write the workbook of a run, in the language of the context."""
    from sim.base.workbook import write_workbook
    from sim.experiment.workbook import run_sheets

    write_workbook(file, run_sheets(found))


def write_page(file: Path, folder: RunFolder, found: Any, drawings: Any = None) -> None:
    """Write the report of a run and its studies, in the language of the context.

    `drawings` are the figures by key, where they are drawn already.
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
        setting=setting(scenario),
        describe=describe(scenario),
        sources=scenario.sources,
        limits=LIMITS,
        drawings=drawings,
        studies=studies_in(folder),
        scenario_sha256=fingerprint(scenario),
    )


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
    from sim.studies.comparison import View

    folder.mkdir()
    # Records of firms and events are large, and no figure shows them.
    seen = View(results.scenario, results.outcomes, results.series, results.manifest)
    pictures = draw_files(folder, list(planned(outcomes, comparison, seen)), workers)
    if not has_glyphs(current()):
        say("no font here has Chinese letters: PNG files are in English, the rest in Chinese")
    return pictures


# --- A comparison on the terminal ----------------------------------------------------------------


STYLES = {"better": "green", "worse": "red", "higher": "bold", "lower": "bold"}


def summary(comparison: Any) -> Table:
    """Lay out the headline outcomes, one row each.

    The level of the baseline comes first, then for each other arrangement the difference from
    it with its interval and verdict.
    """
    rows = comparison.table(headlines(list(comparison.marks)) or None)
    names = list(dict.fromkeys(rows["arrangement"]))
    baseline = arrangement_text(comparison.baseline).lower()
    head = ("", baseline, *names)
    body = [_row(group, names) for _, group in rows.groupby(["outcome", "unit"], sort=False)]
    return table(head, body, right=1 + len(names))


def heading(comparison: Any) -> str:
    """Say what the numbers of the summary are."""
    baseline = arrangement_text(comparison.baseline).lower()
    return (
        f"Level under {baseline}; under the others the difference from it, with its"
        f" {percent_text(comparison.confidence)} interval.\n"
        f"A difference whose interval covers zero is not ranked.{_unresolved(comparison)}"
    )


def _unresolved(comparison: Any) -> str:
    """Say what "not resolved" leaves open, where a headline is."""
    rows = comparison.frame()
    shown = rows["outcome"].isin(headlines(list(comparison.marks)) or list(comparison.marks))
    behind = comparison.details()[shown & (rows["verdict"] == UNRESOLVED)]
    if behind.empty:
        return ""
    one = behind.loc[behind["pairs"].idxmin()]
    words = unseen_words(int(one["pairs"]), one["differs_at_most"], comparison.confidence)
    return f"\nNot resolved: {words}."


def _row(group: Any, names: Sequence[str]) -> list[str | Text]:
    by_name = group.set_index("arrangement")
    first = group.iloc[0]
    cells = [_cell(by_name.loc[name]) for name in names]
    label = Text(f"{first['outcome']}\n").append(str(first["unit"]), style="dim")
    return [label, str(first["baseline"]), *cells]


def _cell(row: Any) -> Text:
    """Write difference, interval and verdict in three lines of one cell."""
    word = verdict_word(str(row["verdict"]))
    text = Text(f"{row['difference']}\n{row['interval']}\n", justify="right")
    return text.append(word, style=STYLES.get(word, "dim"))
