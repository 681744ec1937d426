"""One offline HTML file: the question, what differs, the verdicts, figures and sources.

The page loads nothing: styles, figures, tables and the one script stand in the file, and
its policy forbids requests and any other script.  Every text from a scenario is escaped.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack

import pandas as pd
from markupsafe import Markup

from sim.analysis.compare import COVERS_ZERO, UNRESOLVED, Comparison, reason
from sim.analysis.outcomes_table import Outcomes, ResultsView
from sim.base.language import Language, current, language, tr
from sim.base.wording import arrangement_text, percent_text, unit_style
from sim.experiment.identity import made_by_another
from sim.outcomes.mark import Mark
from sim.report.explore import least_room, policy_source, script, with_explorer
from sim.report.figures.gallery import groups, missing, planned
from sim.report.figures.selection import group_label, headlines
from sim.report.figures.style import COLOURS, Drawing, Picture
from sim.report.parts import inline_svg, listed
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
from sim.scenario.scenario import Scenario
from sim.studies.findings import Study


def found_by_arrangement(
    comparison: Comparison, describe: Mapping[str, Sequence[str]], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Give every arrangement's description and what was found on some outcomes, by tone."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {
        name: {"good": [], "bad": [], "moved": [], "none": []} for name in comparison.arrangements
    }
    for name in names:
        mark = comparison.marks[name]
        for arrangement, cell in outcome_cells(comparison, name).items():
            # Per cent stands in the text of a difference already.
            unit = "" if unit_style(mark.unit).step else tr(mark.unit)
            line = cell | {"label": tr(mark.label), "unit": unit}
            found[arrangement][cell["tone"]].append(line | {"name": name})
    return [
        {
            "name": name, "place": place % len(COLOURS), "sentences": list(describe.get(name, ())),
            "is_baseline": name == comparison.baseline,
            "none_text": listed([_unranked(line) for line in found[name]["none"]]), **found[name],
        }
        for place, name in enumerate(comparison.arrangements)
    ]  # fmt: skip


def _unranked(line: Mapping[str, Any]) -> str:
    """Name an outcome that is not ranked, with the reason where it is a rare one."""
    if line["verdict"] == COVERS_ZERO:
        return str(line["label"])
    why = tr(reason(line["verdict"]))
    if line["verdict"] == UNRESOLVED:
        why = tr("{name}: {value}", name=why, value=line["warning"])
    return tr("{label} ({reason})", label=line["label"], reason=why)


def party_table(comparison: Comparison, group: str, elsewhere: Sequence[str]) -> dict[str, Any]:
    """Give the verdict table of one party, without the outcomes shown elsewhere."""
    own = [name for name, mark in comparison.marks.items() if mark.group == group]
    rows = [verdict_row(comparison, name) for name in own if name not in elsewhere]
    return {"label": group_label(group), "rows": rows, "count": _count(len(rows), len(own))}


def _count(shown: int, every: int) -> str:
    """Say how many outcomes a table holds, and whether some stand elsewhere."""
    if shown == every:
        return tr("1 outcome") if shown == 1 else tr("{count} outcomes", count=shown)
    return tr("1 further outcome") if shown == 1 else tr("{count} further outcomes", count=shown)


def verdict_row(comparison: Comparison, name: str) -> dict[str, Any]:
    """Give the line of one outcome in a verdict table."""
    mark = comparison.marks[name]
    return {
        "name": name, "label": tr(mark.label), "direction": _direction(mark),
        "cells": outcome_cells(comparison, name),
    }  # fmt: skip


def _direction(mark: Mark) -> str:
    unit = unit_style(mark.unit).axis
    if mark.better == "higher":
        return tr("{unit}, higher is better", unit=unit)
    return tr("{unit}, lower is better", unit=unit) if mark.better == "lower" else unit


_LONGEST_TABLE = 80


class Parts(TypedDict):
    """The keywords of `write_report`.

    Title and question are those of the scenario; `describe` says in sentences what each
    arrangement is, before any result; `sources` where each number of the scenario comes from,
    by dotted key; `limits` what the model cannot say; `setting` on what firms, for how long
    and on what footing arrangements are compared. `beliefs` is the gap between what banks
    believe and what happens, by default that of the outcomes named ``bank.belief_gap``;
    `drawings` are figures drawn already, by key; `studies` were made of the run, whose
    `scenario_sha256` tells a study of other values; `by_bank` is what
    `sim.analysis.outcomes_table.by_bank` gives, without which no bank stands alone; `language`
    that of the page, by default of the context. Drawn figures keep theirs, and so does what comes
    from the scenario or from a study.
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
    language: NotRequired[Language]


def write_report(path: str | Path, **parts: Unpack[Parts]) -> Path:
    """Write the report of a run as one self-contained HTML file, with its folder, and name it."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(parts), encoding="utf-8")
    return target


def render(parts: Parts) -> str:
    """Give the text of the report, a whole HTML document, from what `write_report` takes."""
    with language(parts.get("language", current())):
        environment = templates()
        environment.filters["arrangement"] = arrangement_text
        page = environment.get_template("report.html.j2").render(**_context(parts))
        if studies := parts.get("studies"):
            sha, marks = parts.get("scenario_sha256", ""), parts["outcomes"].marks
            page = with_studies(page, studies, sha, least_room(), marks)
        return with_explorer(page, parts["outcomes"], parts["comparison"], parts["results"])


def _context(parts: Parts) -> dict[str, Any]:
    comparison, outcomes, results = parts["comparison"], parts["outcomes"], parts["results"]
    rows, banks, beliefs = len(comparison.frame()), parts.get("by_bank"), parts.get("beliefs")
    first = headlines(list(comparison.marks))
    drawn = parts.get("drawings")
    if drawn is None:
        drawn = {plan.key: plan.draw() for plan in planned(outcomes, comparison, results)}
    alone = standalone(outcomes, comparison).to_dict("records")
    others = {row["outcome"] for row in alone}
    # Headlines with a value under the baseline open the report.
    openers = [name for name in first or comparison.marks if name not in others]
    return {
        "title": parts["scenario_title"], "question": parts["question"],
        "setting": parts.get("setting", ""), "baseline": comparison.baseline,
        "confidence": percent_text(comparison.confidence), "replications": outcomes.replications,
        "has_controls": outcomes.controls is not None, "rows": rows,
        "by_chance": round(rows * (1.0 - comparison.confidence), 1),
        "arrangements": found_by_arrangement(
            comparison, parts["describe"], openers
        ),
        "others": [one for one in comparison.arrangements if one != comparison.baseline],
        "headlines": [verdict_row(comparison, name) for name in first],
        "groups": [party_table(comparison, group, first) for group in groups(comparison)],
        "standalone": [row for row in alone if row["outcome"] in first],
        "further": [row for row in alone if row["outcome"] not in first],
        "figures": [
            _figure(drawing, key, comparison.marks) for key, drawing in drawn.items()
        ],
        "allowed": policy_source(script()), "missing": missing(results),
        "beliefs": shown_table(beliefs, {}, marks=outcomes.marks)
        if beliefs is not None
        else belief_gaps(outcomes, comparison.confidence),
        "banks": None if banks is None or banks.empty else bank_tables(banks, comparison.baseline),
        "sources": sources_table(parts["sources"]).to_dict("records"),
        "limits": list(parts["limits"]),
        "definitions": definitions(comparison).to_dict("records"),
        "other_version": ", ".join(made_by_another(results.manifest)),
        "manifest": manifest_table(results.manifest).to_dict("records"), "colours": COLOURS,
        "protocols": _protocols(results), "studies": studies_html(()),
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
        "note": drawing.note,
        "table": shown_table(drawing.data, drawing.units, ("figures", key), drawing.heads, marks)
        if len(drawing.data) <= _LONGEST_TABLE
        else None,
        "length": len(drawing.data),
    }
