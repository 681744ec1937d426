"""How a written prediction is run: studies, contrasts, and the verdict that numbers give."""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from scipy import stats

from sim.model.contracts.arrangement import PLAIN
from sim.outcomes.mark import registry
from sim.report.judged import counts_from
from sim.scenario.scenario import Scenario
from sim.studies.kept import numbers_state
from tests.house.measures import MEASURES, UNITS
from tests.house.paired import (
    FAR,
    Difference,
    Floats,
    Size,
    contrast,
    in_columns,
    lived_in,
    small,
)
from tests.house.small import shipped

FILE = Path(__file__).with_name("predictions.toml")
HOLDS, CONTRADICTED = "holds", "contradicted"
NO_EFFECT, UNDECIDED = "no material effect", "undecided"
NO_SIGN, UNTESTED = "no sign predicted", "not testable here"
VERDICTS = (HOLDS, CONTRADICTED, NO_EFFECT, UNDECIDED, NO_SIGN, UNTESTED)
SIGNS = {"+": 1.0, "-": -1.0}
SAME, UNMOVED, ANY = "=", "0", "any"
"""Beside a sign: equal to rounding, moved by nothing that counts, or no sign predicted."""
OUTDATED = "outdated"
"""Key of a row that the model has turned round since: version, value and error seen."""
NEAR = 1.0
"""Standard errors towards theory at which a contradiction is no longer one."""
CONFIDENCE = 0.95
"""Of the interval that is held against what counts."""
MOST_HISTORIES = 400
"""Histories beyond which a row says how many it would need."""
Row = dict[str, Any]


@cache
def written() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def are_of_today() -> bool:
    """Whether the program has moved no recorded number since the file was written."""
    return bool(written()["numbers"] == numbers_state())


def predictions() -> dict[str, Row]:
    """Every prediction by its id."""
    return {row["id"]: row for row in written()["prediction"]}


def size_of(name: str) -> Size:
    """A size by name, ``"quick"`` or ``"full"``."""
    return Size(**written()["size"][name])


@cache
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


def asked_of(study: str) -> tuple[str, ...]:
    """Names of the outcomes and measures that any prediction asks of a study, in order."""
    rows = (r for r in predictions().values() if study in studies_of(r))
    return tuple(sorted({row["measure"] for row in rows}))


def studies_of(row: Row) -> tuple[str, ...]:
    """The studies that a prediction compares."""
    return tuple(dict.fromkeys(place.partition("/")[0] for place in row["contrast"]))


def lived_once(study: str, size: str, replication: int) -> dict[str, dict[str, float]]:
    """What predictions ask of one history of a study, by arrangement and name."""
    asked = asked_of(study)
    own = {name: MEASURES[name] for name in asked if name in MEASURES}
    return lived_in(scenario_of(study, size_of(size)), replication, own, asked)


@cache
def lived_study(study: str, size: str) -> dict[str, dict[str, Floats]]:
    """The same of all histories of a size."""
    return in_columns([lived_once(study, size, k) for k in range(histories_of(study, size))])


def histories_of(study: str, size: str) -> int:
    """Histories of a study at a size."""
    return int(scenario_of(study, size_of(size)).experiment.replications)


Lived = Callable[[str], dict[str, dict[str, Floats]]]


def found(row: Row, size: str) -> Difference:
    """What a prediction's contrast comes to at a size."""
    return found_in(row, lambda study: lived_study(study, size))


def found_in(row: Row, lived: Lived) -> Difference:
    """What a prediction's contrast comes to, given what has been lived of each study."""
    parts = []
    for place, weight in row["contrast"].items():
        study, arm = place.split("/")
        parts.append((float(weight), lived(study)[arm][row["measure"]]))
    return contrast(parts)


# --- What a difference says ----------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """What is known of a prediction's contrast.

    Parameters
    ----------
    value, error : float
        The contrast and its standard error, both zero where nothing but rounding differs.
    pairs : int
        Histories behind them, those in which all that is compared is defined.
    material : float
        Size from which on the contrast counts, in the unit of the measure.
    """

    value: float
    error: float
    pairs: int
    material: float

    @property
    def z(self) -> float:
        """The contrast in standard errors; without any spread as good as certain."""
        if self.error > 0.0:
            return self.value / self.error
        return math.copysign(math.inf, self.value) if self.value else 0.0

    @property
    def reach(self) -> float:
        """Half the width of its interval."""
        if self.pairs < 2:
            return math.inf
        return float(stats.t.ppf(0.5 + 0.5 * CONFIDENCE, self.pairs - 1)) * self.error

    @property
    def is_immaterial(self) -> bool:
        """Whether the whole interval lies inside what counts."""
        return abs(self.value) + self.reach <= self.material

    @property
    def needed(self) -> float:
        """Histories at which value and error, as they are, would decide; infinite for none.

        By the sign, `FAR` standard errors from zero, or by an interval inside what counts.
        """
        far = FAR * self.error / abs(self.value) if self.value else math.inf
        room = self.material - abs(self.value)
        inside = self.reach / room if room > 0.0 else math.inf
        return self.pairs * min(far, inside) ** 2


def told(row: Row) -> Finding:
    """What decides: of the runs in the file the one with the smaller error."""
    runs = [(row["found"], row["error"], row["pairs"])]
    runs += [tuple(row["large"])] if "large" in row else []
    value, error, pairs = min(runs, key=lambda run: run[1])
    return Finding(value, error, int(pairs), row["material"])


def material_of(row: Row, level: float) -> float:
    """Size from which on a row's contrast counts, as on the pages or as the file says.

    Parameters
    ----------
    row : dict
        The prediction.
    level : float
        Mean size of what is compared, of which money counts from a part on.
    """
    name = row["measure"]
    own = written()["material"].get(name)
    if own is not None:
        return float(own["size"])
    mark: Any = registry().get(name) or SimpleNamespace(name=name, unit=UNITS[name])
    return float(f"{counts_from(mark, level):.3g}")


def judged(row: Row, seen: Finding) -> str:
    """What a contrast says of a prediction."""
    expected = row["expected"]
    if row["verdict"] == UNTESTED:
        return UNTESTED
    if expected == ANY:
        return NO_SIGN
    if expected == SAME:
        return HOLDS if seen.value == seen.error == 0.0 else CONTRADICTED
    if expected == UNMOVED and seen.is_immaterial:
        return HOLDS
    if abs(seen.z) > FAR:
        return HOLDS if SIGNS.get(expected, 0.0) * seen.z > 0.0 else CONTRADICTED
    return NO_EFFECT if seen.is_immaterial else UNDECIDED


def turned_round(row: Row, seen: Difference) -> bool:
    """Whether a run turns the verdict of a prediction round: what holds, what theory has wrong."""
    toward = SIGNS.get(row["expected"], 0.0) * seen.z
    if row["expected"] == SAME:
        return seen.is_zero != (row["verdict"] == HOLDS)
    if row["verdict"] == HOLDS:
        return not toward > -FAR
    return row["verdict"] == CONTRADICTED and not toward < NEAR
