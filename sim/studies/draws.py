"""Draws of the fitted numbers as they are kept in a file, and scenarios that they move.

The file stands beside its plan: a comment for each thing that was so when it was made, then one
row a draw and one column a key. A draw moves a number of a scenario, and the numbers that the plan
ties to it, only where the scenario has it from the economy that was fitted: what a file sets
itself stays, and is said.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.base.errors import Problem, ScenarioError
from sim.base.files import digest_of, write_atomically
from sim.base.language import tr
from sim.base.shipped import SCENARIOS, top
from sim.scenario.declared import NOTHING
from sim.scenario.scenario import Scenario
from sim.studies.calibration_plan import Plan, load_plan, scenario_of, value_at
from sim.studies.kept import numbers_state, rests_on

FILE = "posterior.csv"
"""Name of the file beside its plan."""
_FIRST = "# Draws from the posterior of the fitted numbers, written by the command posterior"
_AGAIN = "write it anew: python -m sim posterior {plan} --keep"


def shipped_draws() -> Path:
    """Give the place of the draws that come with the program."""
    return top() / SCENARIOS / "calibration" / FILE


def digests(plan: Plan, base: Scenario) -> dict[str, str]:
    """Give what draws rest on: plan, economy, facts, and the code that makes histories."""
    bare = plan.model_copy(update={"title": ""})
    return {"plan_sha256": digest_of(bare.model_dump_json().encode()), **rests_on(base)}


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws with the plan and the economy that they belong to.

    Parameters
    ----------
    table
        One row a draw, one column a key.
    about
        What the file says of how they were made, by name.
    base
        The economy that the plan fits.
    """

    file: Path
    table: pd.DataFrame
    about: Mapping[str, str]
    plan: Plan
    base: Scenario

    def __len__(self) -> int:
        """Give the number of draws."""
        return len(self.table)

    @property
    def digest(self) -> str:
        """The SHA-256 of the draws themselves, whatever is said of them."""
        return digest_of(self.table.to_csv(index=False).encode())

    @cached_property
    def stale(self) -> tuple[str, ...]:
        """What has changed since they were made, in words; empty where nothing has."""
        words = {
            "plan_sha256": tr("the plan"), "scenario_sha256": tr("the fitted economy"),
            "facts_sha256": tr("the facts"), "model_sha256": tr("the code"),
        }  # fmt: skip
        now = digests(self.plan, self.base)
        return tuple(words[name] for name, value in now.items() if self.about.get(name) != value)

    def notice(self) -> str:
        """Say that they are out of date, and of what; empty where they are not."""
        if not self.stale:
            return ""
        told = tr(
            "draws in {file} are out of date: changed since are {what}",
            file=self.file, what=", ".join(self.stale),
        )  # fmt: skip
        return f"{told}; {_AGAIN.format(plan=self.file.parent / self.about.get('plan', 'PLAN'))}"

    def some(self, count: int) -> pd.DataFrame:
        """Give so many draws, evenly taken, in their order; all where there are fewer."""
        last = len(self.table) - 1
        return self.table.iloc[np.unique(np.linspace(0, last, min(count, last + 1)).astype(int))]

    def keys_of(self, column: str) -> tuple[str, ...]:
        """Give the keys that a column moves."""
        for one in self.plan.parameter:
            if one.key == column:
                return (one.key, *one.also)
        return (column,)

    def moves(self, scenario: Scenario) -> "Moves":
        """Say which keys of a scenario the draws move, and which are left and why."""
        keys: dict[str, tuple[str, ...]] = {}
        left: dict[str, str] = {}
        for column in self.table.columns:
            present = [key for key in self.keys_of(column) if _is_there(scenario, key)]
            own = [key for key in present if not self._is_same(scenario, key)]
            left |= {key: tr("is the file's own") for key in own}
            if not present:
                left[column] = tr("is not in this file")
            keys[column] = tuple(key for key in present if key not in own)
        return Moves({column: own for column, own in keys.items() if own}, left)

    def _is_same(self, scenario: Scenario, key: str) -> bool:
        return value_at(scenario, key) == value_at(self.base, key)


@dataclass(frozen=True)
class Moves:
    """What draws do to a scenario.

    Parameters
    ----------
    keys
        Keys that are moved, by column.
    left
        Why a key is not moved, by key.
    """

    keys: Mapping[str, Sequence[str]]
    left: Mapping[str, str]

    def scenarios(self, scenario: Scenario, table: pd.DataFrame) -> list[Scenario]:
        """Give the scenario at every draw of a table."""
        return [
            scenario.with_values(
                {key: float(row[column]) for column, own in self.keys.items() for key in own}
            )
            for row in table.to_dict("records")
        ]

    def sentences(self) -> list[str]:
        """Say what is left as it is."""
        groups: dict[str, list[str]] = {}
        for key, why in self.left.items():
            groups.setdefault(why, []).append(key)
        return [f"{', '.join(keys)} {why}" for why, keys in groups.items()]


def _is_there(scenario: Scenario, key: str) -> bool:
    return value_at(scenario, key) is not NOTHING


def write_draws(file: Path, plan_file: Path, table: pd.DataFrame, made: Mapping[str, Any]) -> None:
    """Write draws, with what they rest on and what is said of how they were made.

    Parameters
    ----------
    plan_file
        The plan, which must stand in the folder of the file for it to be found again.
    """
    plan = load_plan(plan_file)
    rests = digests(plan, scenario_of(plan, plan_file))
    told = {"plan": plan_file.name, **made, **rests, "numbers": numbers_state()}
    lines = [_FIRST, *(f"# {name}: {value}" for name, value in told.items())]
    text = "\n".join(lines) + "\n" + table.to_csv(index=False, lineterminator="\n")
    write_atomically(file, text.encode())


def load_draws(file: Path | str | None = None) -> Draws:
    """Read draws, by default those that come with the program.

    Raises ScenarioError where there are none, or the file is none of draws.
    """
    place = Path(file) if file is not None else shipped_draws()
    if not place.is_file():
        cure = "make them: python -m sim posterior shipped:calibration/china_technology --keep"
        raise _refused(place, None, "is not there", "", cure)
    lines = place.read_text(encoding="utf-8").splitlines()
    told = dict(_told(lines))
    if not lines or lines[0] != _FIRST or "plan" not in told:
        cure = "give a file that the command posterior has written"
        raise _refused(place, 1, "is no file of draws", lines[0][:60] if lines else "", cure)
    plan_file = place.parent / told["plan"]
    plan = load_plan(plan_file)
    return Draws(place, _table(place, lines), told, plan, scenario_of(plan, plan_file))


def _told(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, found, value = line.removeprefix("# ").partition(": ")
        if line.startswith("# ") and found:
            yield name, value


def _table(place: Path, lines: Sequence[str]) -> pd.DataFrame:
    """Read the rows; every cell must be a number."""
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    heads = lines[first].split(",") if first < len(lines) else []
    rows = []
    for n, line in enumerate(lines[first + 1 :], first + 2):
        try:
            row = [float(cell) for cell in line.split(",")]
        except ValueError:
            row = []
        if len(row) != len(heads) or not np.isfinite(row).all():
            raise _refused(place, n, f"must hold {len(heads)} numbers", line[:60], "mend the line")
        rows.append(row)
    if not rows:
        raise _refused(place, None, "holds no draw", "", "write it anew")
    return pd.DataFrame(rows, columns=heads)


def _refused(file: Path, line: int | None, rule: str, value: str, cure: str) -> ScenarioError:
    return ScenarioError([Problem(str(file), line, "", rule, value, cure)])
