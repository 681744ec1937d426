"""One offline HTML file: the question, what differs, the verdicts, figures and sources.

The page loads nothing: styles, figures, tables and the one script stand in the file, and
its policy forbids requests and any other script.  Every text from a scenario is escaped.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack

import pandas as pd
from markupsafe import Markup

from sim.analysis.book import per_thousand
from sim.analysis.compare import UNDEFINED, Comparison
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.language import Language, current, language, tr
from sim.base.wording import percent_text
from sim.experiment.identity import made_by_another
from sim.outcomes.mark import Mark
from sim.report.committee import COMMITTEE, first_screen, is_first, write_committee
from sim.report.explore import least_room, policy_source, script, with_explorer
from sim.report.explore_data import OutcomeTables
from sim.report.figures.gallery import groups, missing, planned
from sim.report.figures.selection import group_label, headlines
from sim.report.figures.style import COLOURS, Drawing, Picture, places
from sim.report.joint import judged_together, mark_joint
from sim.report.loss_table import loss_table
from sim.report.parts import inline_svg
from sim.report.scenario_words import matrix
from sim.report.studies import environment as templates
from sim.report.studies import studies_html, with_studies
from sim.report.tables import (
    bank_tables,
    belief_gaps,
    definitions,
    manifest_table,
    outcome_cells,
    shown_table,
    sources_table,
    standalone,
)
from sim.report.tail_table import tail_tables
from sim.scenario.scenario import Scenario
from sim.studies.findings import Study


def party_table(
    comparison: Comparison, group: str, elsewhere: Collection[str], scenario: Any = None
) -> dict[str, Any]:
    """Give the verdict table of one party, without the outcomes shown elsewhere."""
    own = [name for name, mark in comparison.marks.items() if mark.group == group]
    rows = [verdict_row(comparison, name, scenario) for name in own if name not in elsewhere]
    return {"label": group_label(group), "rows": rows, "count": _count(len(rows), len(own))}


def _count(shown: int, every: int) -> str:
    """Say how many outcomes a table holds, and whether some stand elsewhere."""
    if shown == every:
        return tr("1 outcome") if shown == 1 else tr("{count} outcomes", count=shown)
    return tr("1 further outcome") if shown == 1 else tr("{count} further outcomes", count=shown)


def verdict_row(comparison: Comparison, name: str, scenario: Any = None) -> dict[str, Any]:
    """Give the line of one outcome in a verdict table.

    A total of the simulated book also on its common footing: ``per`` is the unit of that, and
    ``divisor`` what the total is divided by; both are empty or 1 for all others.
    """
    mark = comparison.marks[name]
    footing = per_thousand(mark, scenario)
    return {
        "name": name, "label": tr(mark.label),
        "direction": _direction(mark, comparison.style(name).style.axis),
        "per": comparison.style(name, *footing).style.axis if footing else "",
        "divisor": footing.divisor if footing else 1.0,
        "cells": outcome_cells(comparison, name, footing),
    }  # fmt: skip


def _direction(mark: Mark, unit: str) -> str:
    if mark.better == "higher":
        return tr("{unit}, higher is better", unit=unit)
    return tr("{unit}, lower is better", unit=unit) if mark.better == "lower" else unit


_LONGEST_TABLE = 80
_OPEN = "difference-"
"""Figures that are not folded: all outcomes at one look."""


class Parts(TypedDict):
    """The keywords of `write_report`.

    Title and question are those of the scenario; `describe` says in sentences what each
    arrangement is, before any result; `sources` where each number of the scenario comes from,
    by dotted key; `limits` what the model cannot say; `setting` on what firms, for how long
    and on what footing arrangements are compared. `beliefs` is the gap between what banks
    believe and what happens, by default that of the outcomes named ``bank.belief_gap``;
    `drawings` are figures drawn already, by key; `studies` were made of the run, whose
    `scenario_sha256` tells a study of other values; `by_bank` is what
    `sim.analysis.outcomes_table.by_bank` gives, without which no bank stands alone; `loss_parts`
    what `sim.analysis.loss_parts.loss_parts` gives; `bank_tails` what
    `sim.analysis.bank_tails.bank_tails` gives; `tables` what stands in the files of the run,
    where it was made already; `over_parameters` what `sim.studies.over_parameters` gives and
    `turns` what `sim.studies.turns` does, where they were made of this scenario; `language`
    that of the page, by default of the context; `files` the folder of the run as seen from the
    page, with a slash at its end, by default that of the page. Drawn figures keep their language,
    and so does what comes from the scenario or from a study.
    """

    scenario_title: str
    question: str
    comparison: Comparison
    outcomes: Outcomes
    results: ResultsView
    describe: Mapping[str, Sequence[str]]
    sources: Mapping[str, str]
    limits: Sequence[str]
    setting: NotRequired[str]
    beliefs: NotRequired[pd.DataFrame | None]
    drawings: NotRequired[Mapping[str, Drawing | Picture] | None]
    studies: NotRequired[Sequence[Study]]
    scenario_sha256: NotRequired[str]
    by_bank: NotRequired[pd.DataFrame | None]
    loss_parts: NotRequired[pd.DataFrame | None]
    bank_tails: NotRequired[pd.DataFrame | None]
    tables: NotRequired[OutcomeTables | None]
    over_parameters: NotRequired[pd.DataFrame | None]
    turns: NotRequired[pd.DataFrame | None]
    language: NotRequired[Language]
    files: NotRequired[str]


def write_report(path: str | Path, **parts: Unpack[Parts]) -> Path:
    """Write the report of a run as one self-contained HTML file, and name it.

    Its folder is made where it is not there; the page for a committee and its table stand beside
    it.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    with language(parts.get("language", current())):
        context = _context(parts)
        target.write_text(_render(parts, context), encoding="utf-8")
        write_committee(target.parent, context)
    return target


def _render(parts: Parts, context: Mapping[str, Any]) -> str:
    """Give the text of the report, a whole HTML document."""
    page = templates().get_template("report.html.j2").render(**context)
    if studies := parts.get("studies"):
        sha, marks = parts.get("scenario_sha256", ""), parts["outcomes"].marks
        page = with_studies(page, studies, sha, least_room(), marks)
    tables = parts.get("tables") or OutcomeTables(parts["outcomes"], parts["comparison"])
    return with_explorer(page, tables, parts["results"])


def _context(parts: Parts) -> dict[str, Any]:
    from sim.studies.pattern_misses import published_misses

    comparison, outcomes, results = parts["comparison"], parts["outcomes"], parts["results"]
    rows, banks, beliefs = len(comparison.frame()), parts.get("by_bank"), parts.get("beliefs")
    scenario, marks = results.scenario, comparison.marks
    rows_alone = set(comparison.rows.loc[comparison.rows["verdict"] == UNDEFINED, "outcome"])
    first = [name for name in headlines(list(marks)) if name not in rows_alone]
    drawn = parts.get("drawings")
    if drawn is None:
        drawn = {plan.key: plan.draw() for plan in planned(outcomes, comparison, results)}
    return {
        **first_screen(parts, drawn),
        "title": parts["scenario_title"], "question": parts["question"],
        "setting": parts.get("setting", ""), "baseline": comparison.baseline,
        "baseline_name": comparison.baseline, "files": parts.get("files", ""),
        "committee": COMMITTEE, "matrices": [matrix(scenario), matrix(scenario, "neighbours")],
        "confidence": percent_text(comparison.confidence), "replications": outcomes.replications,
        "has_controls": outcomes.controls is not None, "rows": rows,
        "by_chance": round(rows * (1.0 - comparison.confidence), 1),
        **_arrangements(parts["describe"], comparison, outcomes.neighbours),
        "headlines": _headlines(comparison, first, scenario),
        "groups": [
            party_table(comparison, group, {*first, *rows_alone}, scenario)
            for group in groups(comparison)
        ],
        "standalone": standalone(outcomes, comparison).to_dict("records"),
        "figures": [
            _figure(drawing, key, marks) for key, drawing in drawn.items() if not is_first(key)
        ],
        "allowed": policy_source(script()), "missing": missing(results),
        "beliefs": shown_table(beliefs, {}, marks=outcomes.marks)
        if beliefs is not None
        else belief_gaps(outcomes, comparison.confidence),
        "banks": None if banks is None or banks.empty else bank_tables(banks, comparison.baseline),
        "sources": sources_table(parts["sources"], scenario).to_dict("records"),
        "losses": loss_table(parts.get("loss_parts")),
        "tails": tail_tables(parts.get("bank_tails")),
        "limits": list(parts["limits"]), "misses": published_misses(),
        "definitions": definitions(comparison).to_dict("records"),
        "other_version": ", ".join(made_by_another(results.manifest)),
        "manifest": manifest_table(results.manifest).to_dict("records"), "colours": COLOURS,
        "protocols": _protocols(results), "studies": studies_html(()),
    }  # fmt: skip


def _headlines(comparison: Comparison, names: Sequence[str], scenario: Any) -> list[Any]:
    """Give the lines of the headlines, with marks on those that hold together."""
    rows = [verdict_row(comparison, name, scenario) for name in names]
    together = judged_together(comparison).together
    for row in rows:
        mark_joint(row, together)
    return rows


def _arrangements(
    describe: Mapping[str, Sequence[str]], comparison: Comparison, neighbours: Sequence[str]
) -> dict[str, Any]:
    """Give what the page says of arrangements, and of the neighbours run beside them."""
    return {
        "arrangements": [
            {"name": name, "place": place, "sentences": list(describe.get(name, ())),
             "is_baseline": name == comparison.baseline}
            for name, place in places(comparison.arrangements).items()
        ],
        "beside": [
            {"name": name, "sentences": list(describe.get(name, ()))} for name in neighbours
        ],
        "others": [one for one in comparison.arrangements if one != comparison.baseline],
    }  # fmt: skip


def _protocols(results: ResultsView) -> Markup:
    """Give the descriptions of model and study; they need the scenario as the engine has it.

    They are gathered from the code, which speaks English on every page.
    """
    if not isinstance(results.scenario, Scenario):
        return Markup("")
    from sim.report.protocol import protocols

    with language("en"):
        return protocols(results.scenario, results.manifest, with_sources=False)


def _figure(drawing: Drawing | Picture, key: str, marks: Mapping[str, Mark]) -> dict[str, Any]:
    """Give a figure with its words and, where short, the numbers behind it."""
    return {
        "key": key,
        # Safe: drawn here, and every text in it was escaped by the SVG writer.
        "svg": Markup(inline_svg(drawing, key)),
        "title": drawing.title,
        "is_open": key.startswith(_OPEN),
        "note": drawing.note,
        "table": shown_table(drawing.data, drawing.units, ("figures", key), drawing.heads, marks)
        if len(drawing.data) <= _LONGEST_TABLE
        else None,
        "length": len(drawing.data),
    }
