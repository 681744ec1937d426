"""What would turn a difference: the assumed number, and the value at which its sign changes.

Read from the numbers that a study of robustness moves one at a time. Fitted numbers are left out:
what published figures leave open of them is what the interval over parameters holds.
"""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column
from sim.scenario.scenario import Scenario
from sim.studies.calibration_plan import value_at
from sim.studies.findings import Findings
from sim.studies.kept import keep, kept, kept_folder
from sim.studies.ranges import Range
from sim.studies.robustness import Robustness

TURNS = "turns"
"""Name of the kind of table, and of its folder beside the scenarios."""
FILE = "turns.csv"
"""Name of the table in the folder of a run."""
_OF_KEY = "that of the key"
COLUMNS = (
    Column("outcome", TEXT, "name of the outcome", TEXT),
    Column("arrangement", TEXT, "arrangement that is compared with the baseline", TEXT),
    Column("key", TEXT, "assumed number that turns the sign first; empty where none does", TEXT),
    Column("present", _OF_KEY, "its value, or 1 where factors on it are moved"),
    Column("turns_at", _OF_KEY, "where the sign changes, on a straight line to the end"),
    Column("way", "share", "how far from its value to that end", low=0.0, high=1.0),
    Column("tried", "count", "numbers that were moved one at a time", low=0.0),
)
"""What the table holds."""


def turns(found: Robustness) -> pd.DataFrame:
    """Give for each difference the number that turns its sign on the shortest way to an end.

    One row for each outcome and arrangement with a clear sign at present values, in `COLUMNS`.
    """
    ranges = {one.label: one for one in found.ranges}
    ends, rows = found.tornado, list[dict[str, Any]]()
    for here in found.signs.to_dict("records"):
        if not here["low"] * here["high"] > 0.0:
            continue
        own = ends["outcome"] == here["outcome"]
        moved = ends[own & (ends["arrangement"] == here["arrangement"])]
        columns = zip(moved["key"], moved["at"], moved["difference"], strict=True)
        every = [
            row for key, at, there in columns
            if (row := _turn(found.layout.scenario, ranges[key], (at, there), here["difference"]))
        ]  # fmt: skip
        head = {"outcome": here["outcome"], "arrangement": here["arrangement"]}
        head |= {"tried": moved["key"].nunique()}
        nothing = {"key": "", "present": math.nan, "turns_at": math.nan, "way": math.nan}
        rows.append(head | min(every, key=lambda row: row["way"], default=nothing))
    return pd.DataFrame(rows, columns=[one.name for one in COLUMNS])


def _turn(
    scenario: Scenario, one: Range, end: tuple[float, float], difference: float
) -> dict[str, Any] | None:
    """Say where the sign turns on the way to one end of a range; None where it does not."""
    value = 1.0 if one.is_factor else value_at(scenario, one.key)
    place, there = end
    if not isinstance(value, int | float) or not there * difference < 0.0:
        return None
    way = difference / (difference - there)
    at = value + way * (place - value)
    return {"key": one.label, "present": float(value), "turns_at": float(at), "way": way}


def with_turns(found: Robustness) -> Findings:
    """Give what a study of robustness found, with what turns each difference."""
    whole = found.findings()
    caption = (
        "What turns each clear difference first, of the numbers that were moved one at a time"
    )
    return replace(
        whole, tables={**whole.tables, TURNS: turns(found)},
        captions={**whole.captions, TURNS: caption},
    )  # fmt: skip


def turn_words(row: dict[str, Any]) -> tuple[str, str, str]:
    """Give the number that turns a sign, its value and where it turns, as texts.

    >>> row = {"key": "macro.frailty_variance", "present": 0.25, "turns_at": 0.5}
    >>> turn_words(row)[1:]
    ('0.25', '0.5')
    """
    one = Range(str(row["key"]).removesuffix(" (factor)"), 0.0, 1.0)
    is_factor = one.key != row["key"]
    style = Range(one.key, 0.0, float(np.abs(row["turns_at"])) or 1.0, is_factor)
    return style.words, style.text(float(row["present"])), style.text(float(row["turns_at"]))


def keep_turns(found: Robustness, scenario: Scenario, name: str) -> None:
    """Keep the table of a shipped file beside the scenarios."""
    keep(kept_folder(TURNS) / f"{name}.csv", TURNS, turns(found), scenario)


def kept_turns(scenario: Scenario) -> pd.DataFrame | None:
    """Give the table that is kept for a scenario, if there is one of its digests."""
    return kept(TURNS, scenario)
