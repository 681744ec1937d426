"""How a written prediction is run: studies, contrasts, and the verdict that numbers give."""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from sim.model.contracts.arrangement import PLAIN
from sim.scenario.scenario import Scenario
from tests.house.measures import MEASURES
from tests.house.paired import FAR, Difference, Floats, Size, contrast, lived, small
from tests.house.small import shipped

FILE = Path(__file__).with_name("predictions.toml")
HOLDS, CONTRADICTED, MIXED = "holds", "contradicted", "mixed"
UNTESTED = "not testable here"
SIGNS = {"+": 1.0, "-": -1.0}
SAME, UNMOVED, ANY = "=", "0", "any"
"""Beside a sign: equal to rounding, not moved beyond `FAR`, or no sign predicted."""
OUTDATED = "outdated"
"""Key of a row that the model has turned round since: version, value and error seen."""
NEAR = 1.0
"""Standard errors towards theory at which a contradiction is no longer one."""
Row = dict[str, Any]


@cache
def written() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def numbers_of() -> str:
    """The version whose numbers the file has."""
    return str(written()["version"])


def predictions() -> dict[str, Row]:
    """Every prediction by its id."""
    return {row["id"]: row for row in written()["prediction"]}


def size_of(name: str) -> Size:
    """A size by name, ``"quick"`` or ``"full"``."""
    return Size(**written()["size"][name])


def scenario_of(study: str, size: Size) -> Scenario:
    """The shipped comparison with the changes of a study."""
    table = written()["study"][study]
    size = replace(
        size,
        firms=round(size.firms * table.get("firms_factor", 1.0)),
        replications=round(size.replications * table.get("replications_factor", 1.0)),
    )
    made = {f"arrangement.{name}": made_of(how) for name, how in table.get("made", {}).items()}
    values = dict(table.get("values", {}))
    for key, factor in table.get("times", {}).items():
        values |= _times(key, factor)
    return small(size, {**made, **values}, table["arrangements"])


def made_of(how: dict[str, Any]) -> dict[str, Any]:
    """Clause tables of an arrangement that is like another one but for some clauses."""
    like = shipped().arrangement.get(how.get("like", "plain"), PLAIN)
    tables = like.model_dump(mode="json")
    for name in how.get("without", ()):
        del tables[name]
    for name, terms in how.get("change", {}).items():
        tables[name] = {**tables[name], **terms}
    return {**tables, **how.get("with", {})}


def _times(key: str, factor: float) -> dict[str, Any]:
    """A number, or each number of a list, times a factor; ``bank.*.x`` means every bank."""
    if key.startswith("bank.*."):
        field = key.removeprefix("bank.*.")
        banks = shipped().bank.items()
        return {f"bank.{name}.{field}": factor * getattr(bank, field) for name, bank in banks}
    value: Any = shipped()
    for part in key.split("."):
        value = getattr(value, part)
    return {key: [factor * one for one in value] if isinstance(value, tuple) else factor * value}


@cache
def lived_study(study: str, size: str) -> dict[str, dict[str, Floats]]:
    """A study's outcomes and measures by arrangement."""
    return lived(scenario_of(study, size_of(size)), MEASURES)


def found(row: Row, size: str) -> Difference:
    """What a prediction's contrast comes to."""
    parts = []
    for place, weight in row["contrast"].items():
        study, arm = place.split("/")
        parts.append((float(weight), lived_study(study, size)[arm][row["measure"]]))
    return contrast(parts)


def told(row: Row) -> tuple[float, float]:
    """Value and error that decide: of the runs in the file the one with the smaller error."""
    runs = [(row["found"], row["error"]), tuple(row.get("large", (0.0, float("inf"))))]
    return min(runs, key=lambda run: run[1])


def judged(row: Row, value: float, error: float) -> str:
    """What a difference and its standard error say of a prediction.

    Parameters
    ----------
    row : dict
        The prediction.
    value, error : float
        Both zero where nothing but rounding differs.
    """
    # Without any spread a difference is as good as certain.
    z = value / error if error > 0.0 else value * float("inf") if value else 0.0
    expected = row["expected"]
    if row["verdict"] == UNTESTED:
        return UNTESTED
    if expected == SAME:
        return HOLDS if value == error == 0.0 else CONTRADICTED
    if expected == UNMOVED:
        return HOLDS if abs(z) <= FAR else CONTRADICTED
    toward = SIGNS.get(expected, 0.0) * z
    if abs(toward) <= FAR:
        return MIXED
    return HOLDS if toward > 0.0 else CONTRADICTED


def turned_round(row: Row, seen: Difference) -> bool:
    """Whether a run turns the verdict of a prediction round: what holds, what theory has wrong."""
    toward = SIGNS.get(row["expected"], 0.0) * seen.z
    if row["expected"] == SAME and not seen.is_zero:
        return True
    if row["verdict"] == HOLDS:
        return not toward > -FAR
    return row["verdict"] == CONTRADICTED and not toward < NEAR
