"""A user's own outcome is measured alike by one process and by several, or refused by its name."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from sim.base.errors import OutcomeError
from sim.engine.history import History
from sim.experiment.rerun import read_arrangements
from sim.experiment.simulate import simulate
from sim.experiment.store import Store
from sim.outcomes import mark, own
from sim.outcomes.mark import evaluate, outcome
from tests.experiment.small import tiny

ROOT = Path(__file__).parents[2]
NAME = "firm.in_two_processes"
WORDS = {"unit": "firms", "better": "neither", "basis": "count", "formula": "f", "source": "s"}
FEW = tiny(population__firms=20, experiment__replications=2)


def entered(history: History) -> float:
    return float((history.firms["status"] > 0).sum())


@pytest.fixture
def mine() -> Iterator[None]:
    outcome(NAME, **WORDS)(entered)
    yield
    mark._MARKS.pop(NAME, None)


def of(frame: pd.DataFrame, name: str = NAME) -> list[float]:
    return frame.loc[frame["outcome"] == name, "value"].tolist()


def test_one_process_and_two_give_the_same(mine: None) -> None:
    one = simulate(FEW).outcomes
    assert len(of(one)) == 4
    pd.testing.assert_frame_equal(simulate(FEW, workers=2).outcomes, one)


def test_the_processes_of_a_study_give_it_too(mine: None) -> None:
    with Store(workers=2) as store:
        assert of(store.outcomes(FEW, range(2))) == of(simulate(FEW).outcomes)


def test_what_is_known_of_a_run_is_not_mistaken_for_what_another_outcome_would_give(
    mine: None, tmp_path: Path
) -> None:
    """Neither the store, its folder nor a kept history answers for a changed register."""
    store = Store(tmp_path)
    before = of(store.outcomes(FEW, range(1)))
    read_arrangements(FEW, 0, evaluate)
    outcome(NAME, **WORDS)(double)
    for again in (store, Store(tmp_path)):
        assert of(again.outcomes(FEW, range(1))) == [2.0 * value for value in before]
    mark._MARKS.pop(NAME)
    assert of(Store(tmp_path).outcomes(FEW, range(1))) == []


def double(history: History) -> float:
    return 2.0 * entered(history)


double.__qualname__ = entered.__qualname__  # as a cell of a notebook that is run again


SCRIPT = """
import sys
{before}
import sim
from sim.outcomes.mark import outcome

weight = 3.0

@outcome("firm.weighted", unit="firms", better="neither", basis="count", formula="f", source="s")
def weighted(history):
    return weight * (history.firms["status"] > 0).sum()

study = sim.load_scenario("scenarios/three_arrangements.toml").with_values({{
    "population.firms": 20, "experiment.replications": 2, "experiment.warm_up_years": 0.0,
    "experiment.horizon_years": 1.0, "experiment.arrangements": ["plain"],
}})
try:
    found = sim.simulate(study, workers=2).outcomes
    print(sorted(found.loc[found["outcome"] == "firm.weighted", "value"] / weight)[0] > 0.0)
except sim.SimError as error:
    print(error)
"""


def told(before: str = "") -> str:
    """What a program without a file of its own prints, as a notebook is one."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(before=before)],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.full
def test_an_outcome_of_a_notebook_goes_to_the_processes_with_what_it_reads() -> None:
    pytest.importorskip("cloudpickle")
    assert told() == "True\n"


@pytest.mark.full
def test_without_the_means_to_send_it_the_outcome_is_refused_by_its_name() -> None:
    where, what, cure = told('sys.modules["cloudpickle"] = None').splitlines()
    assert where == "firm.weighted"
    assert "not known to other processes" in what
    assert "workers=1" in cure


def test_one_that_cannot_be_written_down_is_refused_before_the_work_begins(
    monkeypatch: pytest.MonkeyPatch, mine: None
) -> None:
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    outcome("firm.nowhere", **WORDS)(lambda history: 1.0)
    try:
        with pytest.raises(OutcomeError, match=r"firm\.nowhere\n  cannot go to other processes"):
            own.sent()
    finally:
        mark._MARKS.pop("firm.nowhere")


def test_a_process_has_the_own_outcomes_of_the_one_that_asks_and_no_others(mine: None) -> None:
    asked = own.Sent(("another", 0), own.sent().marks)
    empty = own.Sent(("another", 0), ())
    assert own.with_own(empty, own.own_outcomes) == []
    assert [one.name for one in own.with_own(asked, own.own_outcomes)] == [NAME]
    here = own.sent()
    mark._MARKS.pop(NAME)
    # In threads of one process there is nothing to be taken over.
    assert own.with_own(here, own.own_outcomes) == []
