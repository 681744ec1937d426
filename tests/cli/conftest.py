"""The command line without an engine: made-up results behind the real commands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.outcomes_table import BANK_COLUMNS, Outcomes
from sim.base.columns import TEXT, Column
from sim.base.language import current
from sim.experiment.results import TABLES, Reduced, Results
from tests import synthetic
from tests.scenario.standin import GOOD, StandIn

# Imported before anything is put in the place of what they take by name.
for module in ("sim.studies.comparison", "sim.studies.precision"):
    import_module(module)

REPLICATIONS = 5


@dataclass
class Engine:
    """A stand-in for the engine that remembers what it was asked."""

    asked: list[int] = field(default_factory=list)
    interrupt_after: int | None = None

    def replicate(
        self, scenario: Any, todo: Sequence[int], *, keep: tuple[str, ...], **_: Any
    ) -> Iterator[Reduced]:
        for count, number in enumerate(todo):
            if count == self.interrupt_after:
                raise KeyboardInterrupt
            self.asked.append(number)
            yield made_up(number, keep)


def made_up(number: int, keep: Sequence[str]) -> Reduced:
    """Give one replication with all the tables that the engine's own has."""
    own = {"bank": "lead", "arrangement": "plain", "replication": number}
    rows = {
        name: pd.DataFrame([{c.name: own.get(c.name, _value(c)) for c in TABLES[name]}])
        for name in ("banks", *keep)
    }
    return Reduced(
        number, *(_only(frame, number) for frame in _frames()), rows["banks"],
        rows.get("firms"), rows.get("events"), contracts=None, residual=1e-13, checks=7,
        seconds=0.5,
    )  # fmt: skip


@cache
def _frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    return synthetic.outcome_frame(REPLICATIONS), synthetic.series_frame(REPLICATIONS)


def _value(column: Column) -> object:
    return "word" if column.kind == TEXT else 1


def _only(frame: pd.DataFrame, number: int) -> pd.DataFrame:
    return frame[frame["replication"] == number].reset_index(drop=True)


def _measure(results: Results) -> Outcomes:
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
    monkeypatch.setattr("sim.experiment.simulate.make_openings", lambda *_: None)
    monkeypatch.setattr("sim.report.report.write_report", _write_report)
    monkeypatch.setattr("sim.cli.findings.write_figures", _write_figures)
    monkeypatch.setattr(
        "sim.analysis.outcomes_table.by_bank", lambda *_: pd.DataFrame(columns=BANK_COLUMNS)
    )
    monkeypatch.setattr("sim.scenario.scenario.Scenario", StandIn)
    monkeypatch.setattr("sim.cli.run.usual_workers", lambda _: 1)
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
