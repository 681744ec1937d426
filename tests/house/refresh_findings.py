"""Run every shipped scenario and write what it found into scenarios/README.md.

``python -m tests.house.refresh_findings [FIRMS REPLICATIONS]`` runs each file with so many
firms and replications (2,000 and 20 by default), the one of a whole province as it is. Runs are
kept under ``runs/findings``, so that a second call simulates only what has changed.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.estimates import mean_interval
from sim.experiment.store import Store
from sim.scenario.scenario import Scenario, load_scenario

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "scenarios"
PAGE = FOLDER / "README.md"
PROVINCE = "jiangsu_province"
START, END = "<!-- findings -->", "<!-- end of findings -->"


class Row(NamedTuple):
    """An outcome of the tables: its words, and the unit of its differences."""

    outcome: str
    words: str
    unit: str


ROWS = (
    Row("firm.signed_share", "firms that signed", "pp"),
    Row("firm.access_share", "firms with a line", "pp"),
    Row("firm.survival_10y", "alive after ten years", "pp"),
    Row("firm.funding_gap", "funding gap, of demand", "pp"),
    Row("bank.credit_loss_rate", "credit loss, of balance a year", "bp"),
    Row("bank.relationship_rate", "relationship income, of balance a year", "bp"),
    Row("bank.equity_gain_rate", "equity gain, of balance a year", "bp"),
    Row("bank.net_margin", "net margin, of balance a year", "bp"),
)
TOLD = ("firm.access_share", "firm.survival_10y", "firm.funding_gap", "bank.net_margin")
SHORT = dict(zip(TOLD, ("access", "alive at ten", "gap", "margin"), strict=True))
SCALE = {"pp": 100.0, "bp": 10_000.0}


def main(arguments: list[str]) -> None:
    """Run, write, and say how much was simulated."""
    firms, replications = (int(a) for a in arguments) if arguments else (2000, 20)
    text = PAGE.read_text(encoding="utf-8")
    sections = []
    with Store(ROOT / "runs" / "findings", workers=2) as store:
        for file in sorted(FOLDER.glob("*.toml"), key=lambda f: text.find(f"`{f.name}`")):
            scenario = sized(file, firms, replications)
            frame = store.outcomes(scenario, range(scenario.experiment.replications))
            sections.append(section(file.name, scenario, frame))
            text = with_line(text, file.name, line(scenario, frame))
            sys.stdout.write(f"{file.name}: {store.simulated} simulated so far\n")
            sys.stdout.flush()
    body = "\n\n".join([INTRO.format(firms=firms, replications=replications), *sections])
    before, rest = text.split(START)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{START}\n{body}\n{END}{after}", encoding="utf-8")


def sized(file: Path, firms: int, replications: int) -> Scenario:
    """The scenario at the size of the findings."""
    size = [f"population.firms={firms}", f"experiment.replications={replications}"]
    return load_scenario(file, [] if file.stem == PROVINCE else size)


INTRO = """\
Runs of {replications} replications with {firms:,} firms each, the whole province in one; volumes
as they came out. `python -m tests.house.refresh_findings` runs them anew and writes this part of
the page. The first column has levels, the others differences from it, paired by replication, with
95 percent intervals of Student's law; pp are percentage points, bp hundredths of them. Outcomes
are over all firms and the whole book, most of which is plain in every arrangement, so effects on
those who signed are larger. Intervals hold sampling error only, not the ranges of the
assumptions; one that covers zero ranks nothing. Net margin is after funding, operation, screening
and losses; it holds banking business and the gain on rights, before any support."""


def section(name: str, scenario: Scenario, frame: pd.DataFrame) -> str:
    """One table: outcomes by arrangement."""
    first, *others = scenario.experiment.arrangements
    heads = " | ".join(f"`{other}`" for other in others)
    lines = [f"### `{name}`", "", f"| | `{first}` | {heads} |", "|---|---|" + "---|" * len(others)]
    for row in ROWS:
        values = table(frame, row.outcome)
        cells = [change(values, other, first, row.unit) for other in others]
        lines.append(f"| {row.words} | {100 * values[first].mean():.2f} % | {' | '.join(cells)} |")
    return "\n".join(lines)


def line(scenario: Scenario, frame: pd.DataFrame) -> str:
    """What the last arrangement of a file does against its baseline, in one line."""
    first, last = scenario.experiment.baseline, scenario.experiment.arrangements[-1]
    units = {row.outcome: row.unit for row in ROWS}
    found = [
        f"{SHORT[name]} {change(table(frame, name), last, first, units[name])}" for name in TOLD
    ]
    return f"`{last}` against `{first}`: {'; '.join(found)}"


def table(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Values of one outcome, replication by arrangement."""
    rows = frame[frame["outcome"] == outcome]
    return rows.pivot_table(
        index="replication", columns="arrangement", values="value", dropna=False
    )


def change(values: pd.DataFrame, one: str, other: str, unit: str) -> str:
    """A paired difference with its interval; a dash where nothing ever differs."""
    gap = SCALE[unit] * (values[one] - values[other]).dropna().to_numpy()
    if gap.size == 0 or not np.any(gap):
        return "–"
    digits = 1 if unit == "bp" else 2
    if gap.size < 3:
        return f"{gap.mean():+.{digits}f} {unit} (one history, no interval)"
    found = mean_interval(gap)
    ends = f"{found.low:+.{digits}f} to {found.high:+.{digits}f}"
    return f"{gap.mean():+.{digits}f} ({ends}) {unit}"


def with_line(text: str, name: str, words: str) -> str:
    """The page with the last cell of a scenario's row filled."""
    row = re.compile(rf"^(\| `{re.escape(name)}` \|.*\|)[^|\n]*\|$", flags=re.MULTILINE)
    return row.sub(lambda found: f"{found.group(1)} {words} |", text)


if __name__ == "__main__":
    main(sys.argv[1:])
