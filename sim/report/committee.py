"""The page for a committee: at most two sides of A4, as HTML that prints and as PDF.

It holds what the report begins with: the question, the answer in sentences, seven numbers, one
figure, and what the page does not say.  Every number of it stands in ``committee.csv`` or
``summary.csv`` at full precision.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.analysis.additionality import additionality
from sim.analysis.book import firms_of
from sim.analysis.compare import Comparison
from sim.analysis.outcomes_table import Outcomes
from sim.base.columns import write_csv
from sim.base.language import tr
from sim.base.wording import error_of, plain_number, row_style, unit_style
from sim.report.answer import answer, assumptions_sentence, ceilings_sentence, how_sure
from sim.report.figures.gallery import HISTORIES, history_key
from sim.report.figures.selection import NUMBERS, SIDES
from sim.report.figures.style import Drawing, Picture, places
from sim.report.helped_table import ADDITIONALITY, FIRST, helped_table
from sim.report.joint import joint_sentence, judged_together, mark_joint
from sim.report.judged import NO_PARTS, Found, counts_from, judged, judged_frame, told_of
from sim.report.open_numbers import OVER, TURNS, turn_lines, with_over
from sim.report.parts import cited, given, inline_svg, put
from sim.report.studies import environment as templates
from sim.report.tables import outcome_cells
from sim.scenario.neighbours import parts_of
from sim.scenario.scenario import Scenario

COMMITTEE, TABLE = "committee.html", "committee.csv"
_MOST_NUMBERS = 7
_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_SET = re.compile(r"--([\w-]+):\s*([^;]+);")


def write_committee(folder: Path, context: Mapping[str, Any]) -> None:
    """Write the page and its table into the folder of a report."""
    page = templates().get_template("committee.html.j2").render(**context)
    (folder / COMMITTEE).write_text(page, encoding="utf-8")
    write_csv(context["committee_table"], folder / TABLE)
    for name, table in context["further_tables"].items():
        write_csv(table, folder / name)


def write_pdf(page: Path, target: Path) -> None:
    """Print a committee page; nothing outside the page is read.

    Raises ImportError or OSError where the program that lays it out, an extra, is not there.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    html = with_colours(page.read_text(encoding="utf-8"))
    HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf(target)


def with_colours(page: str) -> str:
    """Put the colours of paper in place of a page's variables, which figures cannot look up.

    >>> with_colours(":root { --ink: #000; } p { color: var(--ink); }")
    ':root { --ink: #000; } p { color: #000; }'
    """
    colours = dict(_SET.findall(page))
    return _VARIABLE.sub(lambda found: colours.get(found[1], found[0]), page)


def first_screen(
    parts: Mapping[str, Any], drawn: Mapping[str, Drawing | Picture]
) -> dict[str, Any]:
    """Give what report and committee page begin with, for their templates.

    Keys sides (of `sim.report.answer.answer`), numbers, heads, helped_first and helped (of
    `sim.report.helped_table.helped_table`), panels, joint, sure, assumptions, ceilings, over,
    turns, not_said.
    """
    from sim.studies.pattern_misses import misses_in_short

    outcomes, comparison = parts["outcomes"], parts["comparison"]
    scenario = parts["results"].scenario
    told_apart = parts_of(scenario) if isinstance(scenario, Scenario) else NO_PARTS
    found = judged(outcomes, comparison, told_apart)
    others = [name for name in comparison.arrangements if name != comparison.baseline]
    studied = parts.get("studies") or ()
    tables = {OVER: parts.get("over_parameters"), TURNS: parts.get("turns")}
    rows = numbers(outcomes, comparison, found)
    helped = additionality(outcomes, comparison.confidence)
    tables |= {ADDITIONALITY: None if helped.empty else helped}
    over = with_over(rows, comparison, tables[OVER])
    turns = turn_lines(comparison.marks, tables[TURNS])
    return {
        "sides": answer(found, comparison, told_apart), "committee_table": judged_frame(found),
        "numbers": rows, "over": over, "turns": turns,
        "further_tables": {name: one for name, one in tables.items() if one is not None},
        "heads": [
            {"name": name, "place": places(comparison.arrangements)[name]}
            for name in others
        ],
        "helped_first": helped_table(helped, FIRST), "helped": helped_table(helped),
        "panels": _panels(outcomes, comparison, drawn),
        "joint": joint_sentence(comparison),
        "sure": how_sure(comparison, outcomes.replications),
        "assumptions": assumptions_sentence(studied, bool(turns)),
        "ceilings": ceilings_sentence(studied, parts.get("scenario_sha256", "")),
        "not_said": [
            *map(given, parts["limits"]), *_own_limits(outcomes, scenario),
            *filter(None, [misses_in_short()]),
        ],
    }  # fmt: skip


def numbers(outcomes: Outcomes, comparison: Comparison, found: Found) -> list[dict[str, Any]]:
    """Give the rows of a committee: a level with its interval, and differences from it.

    Keys name, label, unit, better, counts, level, reach, and cells by arrangement as
    `sim.report.tables.outcome_cells` gives them.
    """
    known = told_of(outcomes.names)
    chosen = [name for name in NUMBERS if name in known] or known[:_MOST_NUMBERS]
    levels = outcomes.summary(confidence=comparison.confidence).set_index(
        ["outcome", "arrangement"]
    )
    told = {key[:2] for key, one in found.items() if one.is_told}
    rows = [
        _row(comparison, name, levels.loc[(name, comparison.baseline)], told) for name in chosen
    ]
    together = judged_together(comparison).together
    for row in rows:
        mark_joint(row, together)
    return rows


def _row(
    comparison: Comparison, name: str, level: Any, told: Collection[tuple[str, str]]
) -> dict[str, Any]:
    mark, written = comparison.marks[name], comparison.style(name)
    own = row_style(mark.unit, [level["mean"]], [error_of(level["low"], level["high"])])
    style = unit_style(mark.unit)
    counts = counts_from(mark, level["mean"])
    cells = outcome_cells(comparison, name)
    for arrangement, cell in cells.items():
        cell["tone"] = cell["tone"] if (name, arrangement) in told else "none"
    return {
        "name": name, "label": tr(mark.label), "unit": style.axis, "better": mark.better,
        "counts": written.number(counts) + style.step, "level": written.level(level["mean"]),
        "reach": own.range(level["low"], level["high"]),
        "cells": cells,
    }  # fmt: skip


def _panels(
    outcomes: Outcomes, comparison: Comparison, drawn: Mapping[str, Drawing | Picture]
) -> list[dict[str, Any]]:
    """Give the one figure, a panel a side, of those that are drawn."""
    found = []
    for side in SIDES:
        key = history_key(outcomes, comparison, side)
        if key in drawn:
            svg = Markup(inline_svg(drawn[key], key))  # safe: escaped by the SVG writer
            words = {"title": drawn[key].title, "note": drawn[key].note}
            found.append({"key": key, "side": tr(side.label), "svg": svg, **words})
    return found


def is_first(key: str) -> bool:
    """Say whether a figure stands on the first screen and not among the others."""
    return key.startswith(HISTORIES)


def _own_limits(outcomes: Outcomes, scenario: Any) -> list[Any]:
    """Say what hangs on the size of the run."""
    firms = firms_of(scenario)
    if firms is None or "bank.buffer_breach" not in outcomes.marks:
        return []
    words = (
        "How often banks fail hangs on how many firms are simulated, here {firms}: read the"
        " difference, not the level."
    )
    shown = cited(plain_number(firms, 0), "scenario", "population", "firms")
    return [put(words, firms=shown)]
