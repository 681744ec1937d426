"""One offline HTML file: the question, what differs, the verdicts, figures and sources.

The page loads nothing: styles, figures, tables and the one script stand in the file, and
its policy forbids requests and any other script.  Every text from a scenario is escaped.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NotRequired, TypedDict, Unpack

import pandas as pd
from markupsafe import Markup

from sim.base.language import Language, current, language
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes, ResultsView
from sim.outcomes.wording import arrangement_text, percent_text
from sim.page.bank_tables import bank_tables
from sim.page.explore import least_room, policy_source, script, with_explorer
from sim.page.frame_tables import belief_gaps, shown_table
from sim.page.inline import inline_svg
from sim.page.study_pages import environment as templates
from sim.page.study_pages import studies_html, with_studies
from sim.page.tables import definitions, manifest_table, sources_table, standalone
from sim.page.verdict_parts import found_by_arrangement, openers, party_table, verdict_row
from sim.scenario.model import Scenario
from sim.show.gallery import groups, missing, planned
from sim.show.selection import headlines
from sim.show.style import COLOURS, Drawing
from sim.study.findings import Study

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
    `sim.outcomes.by_bank.by_bank` gives, without which no bank stands alone; `language` that
    of the page, by default of the context. Drawn figures keep theirs, and so does what comes
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
    drawings: NotRequired[Mapping[str, Drawing] | None]
    studies: NotRequired[Sequence[Study]]
    scenario_sha256: NotRequired[str]
    by_bank: NotRequired[pd.DataFrame | None]
    language: NotRequired[Language]


def write_report(path: str | Path, **parts: Unpack[Parts]) -> Path:
    """Write the report of a run as one self-contained HTML file.

    Parameters
    ----------
    path : str or Path
        Where to write; folders are made as needed.
    **parts
        As `Parts` says.

    Returns
    -------
    Path
        The file that was written.
    """
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
            page = with_studies(page, studies, parts.get("scenario_sha256", ""), least_room())
        return with_explorer(page, parts["outcomes"], parts["comparison"], parts["results"])


def _context(parts: Parts) -> dict[str, Any]:
    """Gather all that the template shows."""
    comparison, outcomes, results = parts["comparison"], parts["outcomes"], parts["results"]
    rows = len(comparison.frame())
    first = headlines(list(comparison.marks))
    alone = _records(standalone(outcomes, comparison))
    return {
        "title": parts["scenario_title"],
        "question": parts["question"],
        "setting": parts.get("setting", ""),
        "baseline": comparison.baseline,
        "confidence": percent_text(comparison.confidence),
        "replications": outcomes.replications,
        "has_controls": outcomes.controls is not None,
        "rows": rows,
        "by_chance": round(rows * (1.0 - comparison.confidence), 1),
        "arrangements": found_by_arrangement(
            comparison, parts["describe"], openers(comparison, alone)
        ),
        "others": [one for one in comparison.arrangements if one != comparison.baseline],
        "headlines": [verdict_row(comparison, name) for name in first],
        "groups": [party_table(comparison, group, first) for group in groups(comparison)],
        "standalone": [row for row in alone if row["outcome"] in first],
        "further": [row for row in alone if row["outcome"] not in first],
        "figures": [_figure(drawing, key) for key, drawing in _drawings(parts).items()],
        "allowed": policy_source(script()),
        "missing": missing(results),
        "beliefs": _beliefs(parts),
        "banks": _banks(parts),
        "sources": _records(sources_table(parts["sources"])),
        "limits": list(parts["limits"]),
        "definitions": _records(definitions(comparison)),
        "manifest": _records(manifest_table(results.manifest)),
        "colours": COLOURS,
        "protocols": _protocols(results),
        "studies": studies_html(()),
    }


def _drawings(parts: Parts) -> Mapping[str, Drawing]:
    """Give the figures by key, drawing them where that was not done."""
    drawn = parts.get("drawings")
    if drawn is not None:
        return drawn
    plans = planned(parts["outcomes"], parts["comparison"], parts["results"])
    return {plan.key: plan.draw() for plan in plans}


def _beliefs(parts: Parts) -> dict[str, Any] | None:
    """Give the table of beliefs, if there is one."""
    beliefs = parts.get("beliefs")
    if beliefs is None:
        return belief_gaps(parts["outcomes"], parts["comparison"].confidence)
    return shown_table(beliefs, {})


def _banks(parts: Parts) -> dict[str, Any] | None:
    """Give the tables of banks, if there are any."""
    frame = parts.get("by_bank")
    if frame is None or frame.empty:
        return None
    return bank_tables(frame, parts["comparison"].baseline)


def _protocols(results: ResultsView) -> Markup:
    """Give the descriptions of model and study; they need the scenario as the engine has it.

    They are gathered from the code, which speaks English on every page.
    """
    if not isinstance(results.scenario, Scenario):
        return Markup("")
    from sim.page.protocol import protocols  # late: it reads the engine

    with language("en"):
        return protocols(results.scenario, results.manifest, with_sources=False)


def _figure(drawing: Drawing, key: str) -> dict[str, Any]:
    """Give a figure with its words and, where short, the numbers behind it."""
    return {
        "key": key,
        # Safe: drawn here, and every text in it was escaped by the SVG writer.
        "svg": Markup(inline_svg(drawing, key)),
        "title": drawing.title,
        "note": drawing.note,
        "table": _behind(drawing, key) if len(drawing.data) <= _LONGEST_TABLE else None,
        "length": len(drawing.data),
    }


def _behind(drawing: Drawing, key: str) -> dict[str, Any]:
    """Give the table behind a figure."""
    return shown_table(drawing.data, drawing.units, ("figures", key), drawing.heads)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """Give a frame as a list of rows."""
    return list(frame.to_dict("records"))
