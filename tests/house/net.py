"""The numbers of every scenario file, stored: a change of the code alone must move none of them.

For each shipped file, made small, the net holds every outcome of every arrangement and
replication, and a digest of the event log; some files also as the interpreted rules give
them. Names of outcomes may change: `RENAMED` says how, so that the numbers need not be
measured anew. After a wanted change of the model ``python -m tests.house.refresh_net``
writes them anew and prints what moved.
"""

import hashlib
import json
import math
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from sim.experiment.simulate import local_pool, one_replication
from sim.scenario.scenario import Scenario, load_scenario
from tests.house.baseline import ROUNDING, shipped_outcomes

FILE = Path(__file__).with_name("net.json")
SCENARIOS = Path(__file__).parents[2] / "scenarios"
# Plans of calibrations are no scenarios.
NAMES = sorted(f.stem for f in SCENARIOS.rglob("*.toml") if f.parent.name != "calibration")
INTERPRETED = ("anhui_common_growth", "huicui_joint_loan", "jiangsu_multi_party")
"""Files whose arrangements use most rules; the interpreter takes minutes for all."""

SHORT = {
    "experiment.replications": 2, "experiment.warm_up_years": 2.0,
    "experiment.horizon_years": 3.0, "population.firms": 200,
}  # fmt: skip
FEW_FIRMS = {"population.firms": 30}
EVENTS = "event log"
YUAN = 1e-6
"""In CNY million."""

RENAMED: dict[str, str] = {}
"""Outcomes whose name changed: the stored name, and the one that the library gives now."""

MOVED: dict[str, str] = {}
"""Outcomes that may differ from the stored numbers, and why."""

Numbers = dict[str, dict[str, dict[str, list[Any]]]]
"""Case -> outcome -> arrangement -> one value for each replication."""


def cases() -> dict[str, tuple[str, bool]]:
    """What the net holds: a name for each case, its file, and whether rules are compiled."""
    compiled = {name: (name, True) for name in NAMES}
    return compiled | {f"{name}, interpreted": (name, False) for name in INTERPRETED}


def scenario(name: str, compiled: bool = True) -> Scenario:
    """A shipped file, made small."""
    (file,) = (f for f in SCENARIOS.rglob(f"{name}.toml") if f.parent.name != "calibration")
    return load_scenario(file).with_values(SHORT | ({} if compiled else FEW_FIRMS))


def measured(workers: int = 2) -> Numbers:
    """Run every case; replications of all files share one pool of processes."""
    found: Numbers = {}
    for compiled in (True, False):
        with switched(compiled), local_pool(workers) as pool:
            waiting = {
                name: [
                    pool.submit(_measured_once, file, compiled, number)
                    for number in range(SHORT["experiment.replications"])
                ]
                for name, (file, is_compiled) in cases().items()
                if is_compiled == compiled
            }
            for name, futures in waiting.items():
                found[name] = _side_by_side([future.result() for future in futures])
    return found


def _measured_once(name: str, compiled: bool, number: int) -> dict[str, dict[str, Any]]:
    """Outcome -> arrangement -> value, of one replication."""
    done = one_replication(scenario(name, compiled), number, ("events",))
    known = shipped_outcomes()
    found: dict[str, dict[str, Any]] = {}
    for row in done.outcomes.itertuples():
        if row.outcome in known:
            found.setdefault(row.outcome, {})[row.arrangement] = _plain(row.value)
    assert done.events is not None
    for arm, log in done.events.groupby("arrangement", sort=False):
        found.setdefault(EVENTS, {})[str(arm)] = digest(log)
    return found


def _side_by_side(parts: list[dict[str, dict[str, Any]]]) -> dict[str, dict[str, list[Any]]]:
    return {
        name: {arm: [part[name][arm] for part in parts] for arm in arms}
        for name, arms in parts[0].items()
    }


def digest(log: pd.DataFrame) -> str:
    """A short hash of an event log: who, when, what, how much, to nine digits.

    Cash is exhausted at a rounding error; what is smaller than a yuan is nothing.

    Examples
    --------
    >>> log = pd.DataFrame({"firm": [1], "date": [0.25], "event": ["birth"], "value": [1.0]})
    >>> digest(log) == digest(log.assign(date=0.25 + 1e-13)) != digest(log.assign(date=0.26))
    True
    """
    text = "\n".join(
        f"{row.firm} {_digits(row.date)} {row.event} {_digits(row.value)}"
        for row in log.itertuples()
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _digits(value: float) -> str:
    return f"{value if abs(value) >= YUAN else 0.0:.9g}"


@contextmanager
def switched(compiled: bool) -> Iterator[None]:
    """Processes that start inside compile the rules, or interpret them."""
    before = os.environ.get("CROSSCYCLE_JIT")
    os.environ["CROSSCYCLE_JIT"] = "1" if compiled else "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["CROSSCYCLE_JIT"]
        else:
            os.environ["CROSSCYCLE_JIT"] = before


def stored() -> Numbers:
    """The numbers in the file; none where there is no file yet."""
    if not FILE.exists():
        return {}
    numbers: Numbers = json.loads(FILE.read_text(encoding="utf-8"))
    return numbers


def write(numbers: Numbers) -> None:
    """Write the file, one line for each case and outcome."""
    blocks = [
        f"{json.dumps(case)}: {{\n"
        + ",\n".join(f"{json.dumps(name)}: {json.dumps(arms)}" for name, arms in outcomes.items())
        + "\n}"
        for case, outcomes in numbers.items()
    ]
    FILE.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")


def differences(old: Numbers, new: Numbers) -> Iterator[str]:
    """What differs between stored and measured numbers, one line for each value."""
    for case in dict.fromkeys((*old, *new)):
        before = {RENAMED.get(name, name): arms for name, arms in old.get(case, {}).items()}
        after = new.get(case, {})
        for name in dict.fromkeys((*before, *after)):
            for arm in dict.fromkeys((*before.get(name, {}), *after.get(name, {}))):
                one, two = before.get(name, {}).get(arm), after.get(name, {}).get(arm)
                if not _same(one, two):
                    yield f"{case}: {name}, {arm}: {one} -> {two}"


def moved(changes: Iterable[str]) -> list[str]:
    """Of lines of `differences` those of numbers that were there before.

    >>> moved(["file: a, plain: [1.0] -> [2.0]", "file: b, plain: None -> [1.0]"])
    ['file: a, plain: [1.0] -> [2.0]']
    """
    return [line for line in changes if ": None -> " not in line]


def _same(one: list[Any] | None, two: list[Any] | None) -> bool:
    if one is None or two is None or len(one) != len(two):
        return False
    return all(
        a == b
        or (
            isinstance(a, float) and isinstance(b, float)
            and math.isclose(a, b, rel_tol=ROUNDING, abs_tol=ROUNDING)
        )
        for a, b in zip(one, two, strict=True)
    )  # fmt: skip


def _plain(value: Any) -> float | None:
    """A number as JSON has it; JSON has no nan."""
    return None if math.isnan(value) else float(value)
