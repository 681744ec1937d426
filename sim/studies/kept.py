"""Tables of shipped files that took long to make, kept beside the scenarios.

Each is a CSV file behind comments: what it is, and the digests of the scenario, of the facts and
of the code that makes histories. It is found by these, not by its name, so that a table of a
file that has changed since is not taken for one of the file. It also says of which state of the
recorded numbers it is: code that has changed and moves none of them gives the same table, and
`python -m tests.house.refresh_kept` then says so in its head.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.base.files import write_atomically
from sim.base.shipped import SCENARIOS, top
from sim.experiment.identity import facts_digest, model_digest
from sim.experiment.rerun import digest_of
from sim.scenario.scenario import Scenario

NUMBERS = "seeds/numbers.txt"
"""The state of the recorded numbers: another text wherever the program moved one of them."""
DIGITS = 7
"""Significant digits that are kept: more than anybody reads, and half of the bytes."""
_HEAD = "# {what} of a scenario, with what it rests on"


def scenario_key(scenario: Scenario) -> str:
    """Give the hash of all values but words, seed and the number of histories, 64 digits."""
    luck = scenario.experiment.model_copy(update={"replications": 1, "seed": 0})
    return digest_of(scenario, {"experiment": luck})


def rests_on(scenario: Scenario) -> dict[str, str]:
    """Give the digests of scenario, facts and code."""
    return {
        "scenario_sha256": scenario_key(scenario), "facts_sha256": facts_digest(),
        "model_sha256": model_digest(),
    }  # fmt: skip


def numbers_state() -> str:
    """Give the state of the recorded numbers of the shipped files; empty where none is shipped."""
    file = top() / NUMBERS
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def kept_folder(what: str) -> Path:
    """Give the folder of tables of a kind that come with the program."""
    return top() / SCENARIOS / "calibration" / what


def _digits(value: Any) -> str:
    return repr(float(f"{value:.{DIGITS}g}"))


def keep(
    file: Path, what: str, table: pd.DataFrame, scenario: Scenario, more: Mapping[str, str] = {}
) -> None:
    """Write a table of a kind with the digests of what it rests on, and what else is said."""
    told = {**rests_on(scenario), "numbers": numbers_state(), **more}
    lines = [_HEAD.format(what=what), *(f"# {name}: {value}" for name, value in told.items())]
    text = table.to_csv(index=False, lineterminator="\n", float_format=_digits)
    write_atomically(file, ("\n".join(lines) + "\n" + text).encode())


def kept(what: str, scenario: Scenario, folder: Path | None = None) -> pd.DataFrame | None:
    """Give the table of a kind that is kept for a scenario; None where none has its digests.

    Words, seed and the number of histories of the scenario may be others.
    """
    place = folder or kept_folder(what)
    files = sorted(place.glob("*.csv"))
    if not files or not isinstance(scenario, Scenario):
        return None
    wanted = {f"# {name}: {value}" for name, value in rests_on(scenario).items()}
    for file in files:
        lines = file.read_text(encoding="utf-8").splitlines()[:10]
        if lines[:1] == [_HEAD.format(what=what)] and wanted <= set(lines):
            return pd.read_csv(file, comment="#", keep_default_na=False, na_values=[""])
    return None
