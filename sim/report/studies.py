"""Studies on the page of a run: each one found beside it, as words and tables.

The place of the studies in a report lies between two marks, so that a study made later
can be put in without drawing the report again.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.base.language import current, gap, language
from sim.base.wording import arrangement_text, spoken
from sim.outcomes.mark import Mark
from sim.report import parts
from sim.report.figures.style import Drawing, Picture
from sim.report.parts import cell_id, inline_svg
from sim.report.tables import shown_table
from sim.studies.findings import FINDINGS, Study, read_study

STUDIES = "studies"
"""Folder beneath a run that holds one folder for each study."""

MOST_OF_PAGE = 2_900_000
"""Bytes that a report should stay below."""

_TEMPLATES = Path(__file__).parent / "templates"
_BEGIN, _END = "<!-- studies -->", "<!-- end of studies -->"
_BETWEEN = re.compile(f"{_BEGIN}.*?{_END}", flags=re.DOTALL)
_LANGUAGE = re.compile(r'<html lang="(\w+)')
_LONGEST = 60
"""Rows of a table that a page shows; all of them stand in its file."""


def studies_of(folder: Path) -> list[Study]:
    """Read the studies of a run, in the order of their folders; unreadable ones are left out."""
    found = []
    for file in sorted((folder / STUDIES).glob(f"*/{FINDINGS}")):
        try:
            found.append(read_study(file.parent))
        except (OSError, ValueError, KeyError):
            continue
    return found


def studies_html(
    studies: Sequence[Study],
    scenario_sha256: str = "",
    room: int = MOST_OF_PAGE,
    marks: Mapping[str, Mark] | None = None,
) -> Markup:
    """Lay out studies as sections of a page, between the two marks, every text escaped.

    The hash and the marks are those of the run on whose page they stand: a study of another
    scenario says so, and calls outcomes by their own names. They may take so many bytes; the
    largest figures are left out where they take more.
    """
    pages = [_page(study, scenario_sha256, marks) for study in studies]
    template = environment().get_template("studies.html.j2")
    text = template.render(pages=pages)
    drawn = [figure for page in pages for figure in page["figures"]]
    drawn.sort(key=lambda figure: len(figure["svg"]))
    while drawn and len(text.encode()) > room:
        drawn.pop()["svg"] = Markup("")
        text = template.render(pages=pages)
    return Markup(f"{_BEGIN}\n{text}\n{_END}")  # safe: rendered with every text escaped


def with_studies(
    report: str,
    studies: Sequence[Study],
    scenario_sha256: str = "",
    kept: int = 0,
    marks: Mapping[str, Mark] | None = None,
) -> str:
    """Put studies into the text of a report in place of those that it has.

    What the rest of the report leaves free of its size, but for so many bytes kept, decides how
    many figures are shown; other parameters as in `studies_html`.
    """
    written = _LANGUAGE.search(report)
    rest = len(_BETWEEN.sub("", report, count=1).encode())
    with language("zh" if written and written[1] == "zh" else "en"):
        room = MOST_OF_PAGE - rest - kept
        section = str(studies_html(studies, scenario_sha256, room, marks))
    return _BETWEEN.sub(lambda _: section, report, count=1)


def study_report(title: str, question: str, studies: Sequence[Study]) -> str:
    """Give a page with nothing but studies, for a folder that holds no run."""
    template = environment().get_template("study_report.html.j2")
    return template.render(title=title, question=question, studies=studies_html(studies))


def page_figure(study: str, name: str, drawing: Drawing | Picture) -> dict[str, str]:
    """Give a figure of a study as its page holds it: key, title, note, svg, and its language."""
    key = f"study-{study}-{name}".replace("_", "-").lower()
    words = {"key": key, "title": drawing.title, "note": drawing.note, "written": drawing.written}
    return {**words, "svg": inline_svg(drawing, key)}


def environment() -> Environment:
    """Give the templates; every text that goes into one is escaped.

    In a template ``_("... {n} ...", n=...)`` is a text of the program in the language of
    the page, ``text | given`` one that comes from elsewhere, and ``lang`` the language.
    """
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    found.globals.update(
        _=parts.put, lang=current(), html_lang=parts.HTML_LANG[current()], gap=gap(), at=cell_id,
        cited=parts.cited, strong=parts.strong, code=parts.code,
    )  # fmt: skip
    found.filters |= {"arrangement": arrangement_text, "spoken": spoken}
    filters = (parts.given, parts.as_paragraph, parts.coded, parts.breakable)
    found.filters.update({one.__name__: one for one in filters})
    return found


def _page(study: Study, scenario_sha256: str, marks: Mapping[str, Mark] | None) -> dict[str, Any]:
    found, about = study.findings, study.about
    other = about.get("scenario_sha256", "")
    is_of_another = bool(scenario_sha256 and other and other != scenario_sha256)
    known = None if is_of_another else marks
    return {
        "at": cell_id(STUDIES, found.key),
        "folder": f"{STUDIES}/{found.key}",
        "key": "study-" + found.key.replace("_", "-").lower(),
        "title": found.title,
        "sentences": found.sentences,
        "command": about.get("command", ""),
        "replications": about.get("replications", ""),
        "is_of_another": is_of_another,
        # Safe: drawn by this program, and every text in it was escaped by the SVG writer.
        "figures": [
            {"written": "en", **figure, "svg": Markup(figure["svg"])} for figure in study.figures
        ],
        "tables": [
            {
                "caption": found.captions.get(name, name),
                "file": f"{STUDIES}/{found.key}/{name}.csv",
                "all": len(table),
                **shown_table(
                    table.head(_LONGEST), found.units, (STUDIES, found.key, name), marks=known
                ),
            }
            for name, table in found.tables.items()
            if len(table)
        ],
    }
