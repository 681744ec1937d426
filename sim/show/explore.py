"""The part of the report in which a reader chooses outcome, statistic and arrangements.

It is one block of data and one script that stand in the page; neither asks for anything
from anywhere.  The script is the same on every page, so the policy of the page can name
it by its hash and allow no other.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup

from sim.base.language import tr
from sim.outcomes.comparison import Comparison
from sim.outcomes.measure import Outcomes, ResultsView
from sim.show.explore_content import BUDGET, as_data, exploration
from sim.show.explore_words import page_words
from sim.show.selection import headlines
from sim.show.study_pages import environment

_SCRIPTS = ("explore_draw.js", "explore.js")
_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Explorer:
    """The section for the page, and what the page's policy must allow.

    Parameters
    ----------
    html : Markup
        A ``section`` with its data and script.
    allowed : str
        Source of the script in a content security policy.
    """

    html: Markup
    allowed: str


def explorer(
    outcomes: Outcomes, comparison: Comparison, results: ResultsView, budget: int = BUDGET
) -> Explorer:
    """Build the section in which a reader explores a run.

    Parameters
    ----------
    outcomes : Outcomes
    comparison : Comparison
    results : Results
        Their series give the curves.
    budget : int
        Most bytes of data.

    Returns
    -------
    Explorer
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
    return Explorer(Markup(page), policy_source(script()))  # safe: rendered, all escaped


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
