"""Run every shipped scenario and write what it found into scenarios/README.md.

``python -m tests.house.refresh_findings [FIRMS REPLICATIONS]`` runs each file with so many
firms and replications (1,000 and 40 by default), the one of a whole province as it is. Runs are
kept under ``runs/findings``, so that a second call simulates only what has changed.
"""

import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.compare import is_ranking
from sim.base.version import VERSION
from sim.scenario.scenario import Scenario, load_scenario
from sim.studies.comparison import compare_scenarios

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
    Row("firm.survival_5y", "alive after five years", "pp"),
    Row("firm.survival_10y", "alive after ten years", "pp"),
    Row("firm.funding_gap", "funding gap, of demand", "pp"),
    Row("bank.credit_loss_rate", "credit loss, of balance a year", "bp"),
    Row("bank.relationship_rate", "relationship income, of balance a year", "bp"),
    Row("bank.equity_gain_rate", "equity gain, of balance a year", "bp"),
    Row("bank.net_margin", "net margin, of balance a year", "bp"),
    Row("bank.raroc", "return on capital at risk", "pp"),
)
TOLD = ("firm.access_share", "firm.survival_5y", "firm.funding_gap", "bank.net_margin")
SHORT = dict(zip(TOLD, ("access", "alive at five", "gap", "margin"), strict=True))
SCALE = {"pp": 100.0, "bp": 10_000.0}
MEDIAN = ", median"
NOTHING = 1e-6
"""What is below it, in the unit that is printed, is rounding."""


def main(arguments: list[str]) -> None:
    """Run, write, and say what is done."""
    firms, replications = (int(a) for a in arguments) if arguments else (1000, 40)
    text = PAGE.read_text(encoding="utf-8")
    sections = []
    for file in sorted(FOLDER.glob("*.toml"), key=lambda f: text.find(f"`{f.name}`")):
        scenario = sized(file, firms, replications)
        found = compared(scenario)
        sections.append(section(file.name, scenario, found))
        text = with_line(text, file.name, line(scenario, found))
        sys.stdout.write(f"{file.name}\n")
        sys.stdout.flush()
    intro = INTRO.format(firms=firms, replications=replications, version=VERSION)
    body = "\n\n".join([intro, *sections])
    before, rest = text.split(START)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{START}\n{body}\n{END}{after}", encoding="utf-8")


def compared(scenario: Scenario) -> pd.DataFrame:
    """Differences from the baseline as `compare` tells them, by outcome and arrangement."""
    found = compare_scenarios(scenario, folder=ROOT / "runs" / "findings", workers=2)
    return found.frame().set_index(["outcome", "arrangement"])


def sized(file: Path, firms: int, replications: int) -> Scenario:
    """The scenario at the size of the findings."""
    size = [f"population.firms={firms}", f"experiment.replications={replications}"]
    return load_scenario(file, [] if file.stem == PROVINCE else size)


INTRO = """\
Runs of version {version}, {replications} replications with {firms:,} firms each, the whole
province in one; volumes as they came out. `python -m tests.house.refresh_findings` runs them
anew and writes this part of the page. The first column has levels, the others differences from
it, paired by replication, with 95 percent intervals; pp are percentage points, bp hundredths of
them. Where a mean has no interval that can be trusted, the median of the differences stands in
its place and says so; what is not told apart from zero is marked "not clear". Outcomes are over
all firms and the whole book, most of which is plain in every arrangement, so effects on those
who signed are larger. Intervals hold sampling error only; what published figures leave open stands
in `calibration/over_parameters` and on the page of a run.
Net margin is after funding, operation, screening and losses; it holds banking business and the
gain on rights, before any support."""


def section(name: str, scenario: Scenario, found: pd.DataFrame) -> str:
    """One table: outcomes by arrangement."""
    first, *others = scenario.experiment.arrangements
    heads = " | ".join(f"`{other}`" for other in others)
    lines = [f"### `{name}`", "", f"| | `{first}` | {heads} |", "|---|---|" + "---|" * len(others)]
    for row in ROWS:
        cells = [change(found.loc[row.outcome, other], row.unit) for other in others]
        level = 100 * found.loc[row.outcome, others[0]]["baseline_mean"]
        lines.append(f"| {row.words} | {level:.2f} % | {' | '.join(cells)} |")
    return "\n".join(lines)


def line(scenario: Scenario, found: pd.DataFrame) -> str:
    """What the last arrangement of a file does against its baseline, in one line."""
    first, last = scenario.experiment.baseline, scenario.experiment.arrangements[-1]
    units = {row.outcome: row.unit for row in ROWS}
    told = [f"{SHORT[name]} {change(found.loc[name, last], units[name])}" for name in TOLD]
    return f"`{last}` against `{first}`: {'; '.join(told)}"


def change(row: Any, unit: str) -> str:
    """A paired difference with its interval; a dash where nothing ever differs."""
    values = [SCALE[unit] * row[name] for name in ("difference", "low", "high")]
    if pd.isna(values[0]) or max(abs(value) for value in values if not pd.isna(value)) < NOTHING:
        return "–"
    digits = 1 if unit == "bp" else 2
    middle, low, high = (f"{value:+.{digits}f}".replace("-", "−") for value in values)
    if pd.isna(values[1]):
        return f"{middle} {unit} (no interval)"
    words = MEDIAN if row["told"] == "median" else ""
    unclear = "" if is_ranking(row["verdict"]) else ", not clear"
    return f"{middle} ({low} to {high}) {unit}{words}{unclear}"


def with_line(text: str, name: str, words: str) -> str:
    """The page with the last cell of a scenario's row filled."""
    row = re.compile(rf"^(\| `{re.escape(name)}` \|.*\|)[^|\n]*\|$", flags=re.MULTILINE)
    return row.sub(lambda found: f"{found.group(1)} {words} |", text)


if __name__ == "__main__":
    main(sys.argv[1:])
