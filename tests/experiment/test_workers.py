"""Python and commands take the same number of processes where nobody says how many."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.experiment import simulate as module
from sim.experiment import workers
from sim.experiment.workers import firm_years, usual_workers
from tests.experiment.small import tiny

LONG = {"population__firms": 100_000, "experiment__replications": 3}


def test_a_short_run_takes_one_process_and_a_long_one_all_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 8)
    assert firm_years(tiny()) == 60.0 * 2.0
    assert usual_workers(tiny()) == 1
    assert usual_workers(tiny(**LONG)) == 3
    assert usual_workers(tiny(**LONG | {"experiment__replications": 20})) == 8


class StoppedError(Exception):
    """Raised where a run would begin."""


def test_python_and_the_command_ask_the_same_rule(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[int | None] = []

    def stop(*_: Any, workers: int | None = None, **__: Any) -> Any:
        asked.append(workers)
        raise StoppedError

    monkeypatch.setattr(module, "make_openings", lambda *_: None)
    monkeypatch.setattr(module, "replicate", stop)
    monkeypatch.setattr(workers, "cores", lambda: 5)
    scenario = tiny(experiment__replications=20, population__firms=100_000)
    with pytest.raises(StoppedError):
        module.simulate(scenario)
    values = {
        "population.firms": 100_000, "population.initial_share": 1.0,
        "experiment.warm_up_years": 0.0, "experiment.horizon_years": 1.0,
        "experiment.replications": 20, "experiment.arrangements": '["plain","revenue_swap"]',
    }  # fmt: skip
    words = [word for key, value in values.items() for word in ("--set", f"{key}={value}")]
    file = Path(__file__).parents[2] / "scenarios" / "three_arrangements.toml"
    CliRunner().invoke(app, ["run", str(file), "--out", str(tmp_path / "x"), *words])
    assert asked == [5, 5]
