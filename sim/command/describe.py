"""What a reader must know before the results: the arrangements in words, and the limits."""

from typing import Any

from pydantic import BaseModel

from sim.scenario.faults import shown
from sim.scenario.legal import KIND, unit_and_meaning

NEUTRAL = "Plain lending: every clause is neutral."

LIMITS = (
    "This is not a forecast: it compares arrangements under assumptions that are stated.",
    "The firms are made up; their laws are set from published totals, not from records.",
    "Banks and firms do not learn beyond their stated rules, and no new programme appears"
    " in answer to another.",
    "Each arrangement lives in a world of its own beside plain lending; how several"
    " programmes crowd each other is not told.",
    "An interval covers the luck of the draw, not whether the assumptions are right.",
)
"""What the model cannot say."""


def describe(scenario: Any) -> dict[str, list[str]]:
    """Say in words what each arrangement of a scenario is.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of arrangement to list of str
        One sentence for each clause that is not neutral.
    """
    return {
        name: _sentences(scenario.arrangement[name])
        for name in scenario.experiment.arrangements
    }


def _sentences(arrangement: BaseModel) -> list[str]:
    neutral = type(arrangement)()
    written = [
        _sentence(name, getattr(arrangement, name))
        for name in type(arrangement).model_fields
        if getattr(arrangement, name) != getattr(neutral, name)
    ]
    return written or [NEUTRAL]


def _sentence(name: str, clause: BaseModel) -> str:
    kind = str(getattr(clause, KIND)).replace("_", " ")
    head = f"{name.replace('_', ' ').capitalize()}: {kind}"
    values = [
        _value(key, getattr(clause, key), unit_and_meaning(field)[0])
        for key, field in type(clause).model_fields.items()
        if key != KIND and getattr(clause, key) is not None
    ]
    return f"{head}; {', '.join(values)}." if values else f"{head}."


def _value(key: str, value: Any, unit: str) -> str:
    return f"{key.replace('_', ' ')} {shown(value)}" + (f" {unit}" if unit else "")
