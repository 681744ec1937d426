"""The numbers of one small run, stored: whatever changes them must say so.

A change of a rule or of a parameter moves them; a change of the code alone must not. After a
wanted change, write them anew with ``python -m tests.house.refresh_baseline``, which prints
what moved.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.experiment.simulate import simulate
from sim.outcomes.mark import registry
from tests.house.small import shipped

FILE = Path(__file__).with_name("baseline.json")
RUN = {
    "population.firms": 200, "population.initial_share": 0.3, "experiment.replications": 2,
    "experiment.warm_up_years": 2.0, "experiment.horizon_years": 3.0,
    "experiment.neighbours": [],
}  # fmt: skip
ROUNDING = 1e-12
"""Relative; libraries of mathematics differ in their last bit between machines."""
RENAMED = {
    "sum of tolerance": "sum of policy_subsidy",
    "sum of owed": "sum of exposure_at_default",
}
"""Columns of banks whose name changed: the stored name, and the one of the program."""
Numbers = dict[str, dict[str, list[float | None]]]


def measured() -> Numbers:
    """Every outcome, and every column of the banks summed up, by arrangement.

    Returns
    -------
    dict of name -> arrangement -> values
        One value for each replication; None where an outcome is undefined.
    """
    results = simulate(shipped().with_values(RUN))
    tidy = results.outcomes[results.outcomes["outcome"].isin(shipped_outcomes())]
    found: Numbers = {}
    for (name, arm), rows in tidy.groupby(["outcome", "arrangement"], sort=False):
        found.setdefault(str(name), {})[str(arm)] = [_plain(x) for x in rows["value"]]
    banks = results.banks[results.banks["year"] > 0.0].drop(columns=["bank", "year"])
    for arm, rows in banks.groupby("arrangement", sort=False):
        sums = rows.drop(columns="arrangement").groupby("replication").sum()
        for column in sums:
            found.setdefault(f"sum of {column}", {})[str(arm)] = [_plain(x) for x in sums[column]]
    return found


def shipped_outcomes() -> set[str]:
    """Names of the outcomes of the library; tests register others in passing."""
    return {
        name for name, mark in registry().items()
        if mark.function.__module__.startswith("sim.outcomes.")
    }  # fmt: skip


def stored() -> Numbers:
    """The numbers in the file; none where there is no file yet."""
    if not FILE.exists():
        return {}
    numbers: Numbers = json.loads(FILE.read_text(encoding="utf-8"))
    return numbers


def write(numbers: Numbers) -> None:
    """Write the file, one line for each name and arrangement."""
    lines = [
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"    {json.dumps(arm)}: {json.dumps(arms[arm])}" for arm in arms)
        + "\n  }"
        for name, arms in numbers.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def moved(old: Numbers, new: Numbers) -> Iterator[str]:
    """What differs, in words, one line for each name and arrangement."""
    old = {RENAMED.get(name, name): arms for name, arms in old.items()}
    for name in dict.fromkeys((*old, *new)):
        arms = dict.fromkeys((*old.get(name, {}), *new.get(name, {})))
        for arm in arms:
            one, two = old.get(name, {}).get(arm), new.get(name, {}).get(arm)
            if one is None or two is None:
                yield f"{name}, {arm}: {'new' if one is None else 'gone'}"
            elif not same(one, two):
                yield f"{name}, {arm}: {_shown(one)} -> {_shown(two)}"


def same(one: list[float | None], two: list[float | None]) -> bool:
    """Whether two lists of values agree to rounding."""
    return len(one) == len(two) and all(
        (a is None and b is None)
        or (
            a is not None and b is not None
            and math.isclose(a, b, rel_tol=ROUNDING, abs_tol=ROUNDING)
        )
        for a, b in zip(one, two, strict=True)
    )  # fmt: skip


def _plain(value: Any) -> float | None:
    """A number as JSON has it; JSON has no nan."""
    return None if math.isnan(value) else float(value)


def _shown(values: list[float | None]) -> str:
    return ", ".join("undefined" if value is None else f"{value:.10g}" for value in values)
