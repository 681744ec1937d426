"""The part of the report in which a reader chooses outcome, statistic and arrangements.

It is one block of data and one script that stand in the page; neither asks for anything
from anywhere.  The script is the same on every page, so the policy of the page can name
it by its hash and allow no other.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.base.language import tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes, ResultsView
from sim.page.explore_content import BUDGET, as_data, exploration
from sim.page.explore_words import page_words
from sim.page.study_pages import MOST_OF_PAGE, environment
from sim.show.selection import headlines

PLACE = "<!-- explorer -->"
"""Where the section goes on a page; no text of a scenario can look like it."""

LEAST = 150_000
"""Bytes of data that are on a page in any case."""

_MARKUP = 30_000
_SCRIPTS = ("explore_draw.js", "explore.js")
_TEMPLATES = Path(__file__).parent / "templates"


def with_explorer(
    page: str, outcomes: Outcomes, comparison: Comparison, results: ResultsView
) -> str:
    """Put the section in which a reader explores a run into a page that has the mark `PLACE`.

    What the rest of the page leaves free of its size decides how much of the run is here.
    """
    rest = len(page.encode()) + len(script()) + _MARKUP
    room = min(BUDGET, max(MOST_OF_PAGE - rest, LEAST))
    return page.replace(PLACE, explorer(outcomes, comparison, results, room), 1)


def least_room() -> int:
    """Give the bytes that the section takes at least."""
    return len(script()) + _MARKUP + LEAST


def explorer(
    outcomes: Outcomes, comparison: Comparison, results: ResultsView, budget: int = BUDGET
) -> Markup:
    """Build the section in which a reader explores a run, with its data and script.

    At most so many bytes of data; series of the results give the curves. Every text in the
    section is escaped.
    """
    data = exploration(outcomes, comparison, results, budget)
    page = environment().get_template("explore.html.j2").render(
        words=page_words(),
        ways=[*data["statistics"], *data["ways"]],
        arrangements=data["arrangements"],
        choices=_choices(data),
        data=Markup(as_data(data)),  # safe: no letter in it can begin or end markup
        script=Markup(script()),  # safe: a file of this program
    )  # fmt: skip
    return Markup(page)  # safe: rendered with every text escaped


@cache
def script() -> str:
    """Give the one script of the page."""
    return "".join((_TEMPLATES / name).read_text(encoding="utf-8") for name in _SCRIPTS)


def policy_source(text: str) -> str:
    """Name a script in a content security policy, by the hash of its text.

    Examples
    --------
    >>> policy_source("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _choices(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what can be chosen, by group: headlines, parties, curves."""
    shown = {one["name"]: one["label"] for one in data["outcomes"]}
    first = headlines(list(shown))
    parties = [
        {
            "label": label,
            "options": {
                one["name"]: one["label"]
                for one in data["outcomes"]
                if one["group"] == place and one["name"] not in first
            },
        }
        for place, label in enumerate(data["groups"])
    ]
    opening = {"label": tr("Headlines"), "options": {name: shown[name] for name in first}}
    curves = {one["name"]: one["label"] for one in data["curves"]}
    closing = {"label": tr("Curves over time and age"), "options": curves}
    return [one for one in (opening, *parties, closing) if one["options"]]
