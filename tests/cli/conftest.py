"""The command line without an engine: made-up results behind the real commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.outcomes_table import BANK_COLUMNS, Outcomes
from sim.base.language import current
from tests import synthetic
from tests.scenario.standin import GOOD, StandIn

REPLICATIONS = 5


@dataclass(frozen=True)
class MadeUp:
    """Results with all the fields that the engine's own have."""

    scenario: Any
    outcomes: pd.DataFrame
    series: pd.DataFrame
    banks: pd.DataFrame
    firms: pd.DataFrame | None = None
    events: pd.DataFrame | None = None
    contracts: pd.DataFrame | None = None
    manifest: dict[str, Any] = field(
        default_factory=lambda: {"largest_accounting_residual": 1e-13}
    )


@dataclass
class Engine:
    """A stand-in for the engine that remembers what it was asked."""

    asked: list[int] = field(default_factory=list)
    interrupt_after: int | None = None

    def replicate(
        self, scenario: Any, todo: Sequence[int], *, workers: int, keep: tuple[str, ...]
    ) -> Iterator[int]:
        for count, number in enumerate(todo):
            if count == self.interrupt_after:
                raise KeyboardInterrupt
            self.asked.append(number)
            yield number

    def gather(self, scenario: Any, finished: Sequence[int], *, keep: tuple[str, ...]) -> MadeUp:
        outcomes = _only(synthetic.outcome_frame(REPLICATIONS), finished)
        banks = pd.DataFrame({"bank": "lead", "replication": finished, "profit": 1.5})
        firms = banks[["replication"]] if "firms" in keep else None
        series = _only(synthetic.series_frame(REPLICATIONS), finished)
        return MadeUp(scenario, outcomes, series, banks, firms)


def _only(frame: pd.DataFrame, replications: Sequence[int]) -> pd.DataFrame:
    chosen = frame[frame["replication"].isin(replications)]
    return chosen.sort_values("replication", kind="stable", ignore_index=True)


def _measure(results: MadeUp) -> Outcomes:
    return Outcomes(results.outcomes, synthetic.marks(), synthetic.ARRANGEMENTS)


def _write_figures(folder: Path, *_: Any) -> None:
    folder.mkdir()
    (folder / "one.svg").write_text("<svg/>", encoding="utf-8")


def _write_report(path: Path, **parts: Any) -> None:
    text = f"{current()} {parts['scenario_title']} {parts['describe']}"
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Put made-up results and a small scenario model behind the commands."""
    stand_in = Engine()
    monkeypatch.setattr("sim.experiment.simulate.replicate", stand_in.replicate)
    monkeypatch.setattr("sim.experiment.simulate.gather", stand_in.gather)
    monkeypatch.setattr("sim.report.report.write_report", _write_report)
    monkeypatch.setattr("sim.cli.findings.write_figures", _write_figures)
    monkeypatch.setattr(
        "sim.analysis.outcomes_table.by_bank", lambda *_: pd.DataFrame(columns=BANK_COLUMNS)
    )
    monkeypatch.setattr("sim.scenario.scenario.Scenario", StandIn)
    monkeypatch.setattr("sim.experiment.simulate.entries_of", lambda _: ())
    monkeypatch.setattr("sim.analysis.outcomes_table.measure", _measure)
    return stand_in


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a good scenario in an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    path = Path("small.toml")
    path.write_text(GOOD, encoding="utf-8")
    return path
