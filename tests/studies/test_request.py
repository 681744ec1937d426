"""Studies take keywords: the parts of their small objects, each by its own name."""

import inspect
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.base.errors import ScenarioError
from sim.experiment.store import Store
from sim.experiment.workers import cores
from sim.studies import frontier, robustness, sensitivity, sweep
from sim.studies.request import arms_alone, keywords, study_store
from tests.studies.small import small

STUDIES = (
    sim.attribute, sim.breakeven, sim.compare_scenarios, sim.decompose, sim.design, sim.discover,
    sim.frontier, sim.patterns, sim.reverse_stress, sim.robustness, sim.sensitivity, sim.sweep,
    sim.variance_factors,
)  # fmt: skip
SMALL_OBJECTS = {
    "Store", "Plan", "Search", "Screening", "Precisely", "Sample", "Trial", "StressRange",
    "Wish",
}  # fmt: skip


class Ended:
    """Something that is to be ended."""

    ends = 0

    def __init__(self, size: int = 2) -> None:
        self.size = size

    def __enter__(self) -> "Ended":
        return self

    def __exit__(self, *_: object) -> None:
        Ended.ends += 1


@keywords(thing=Ended)
def doubled(number: int, *, thing: Ended) -> int:
    """A study of numbers."""
    return number * thing.size


def test_parts_are_given_by_name_and_what_is_made_is_ended() -> None:
    before = Ended.ends
    assert (doubled(3), doubled(3, size=5), doubled(number=3)) == (6, 15, 6)
    assert Ended.ends == before + 3
    assert doubled(3, thing=Ended(7)) == 21
    assert Ended.ends == before + 3  # whose object it is ends it


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"siz": 3}, 'siz\n  is no argument of doubled\n  did you mean "size"'),
        ({"size": 3, "thing": Ended()}, "size\n  cannot be given beside thing"),
    ],
)
def test_a_keyword_that_cannot_be_is_told_with_its_cure(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        doubled(3, **given)


def test_every_study_shows_and_takes_its_keywords() -> None:
    for study in STUDIES:
        shown = inspect.signature(study).parameters
        assert {"workers", "folder", "executor", "progress"} <= set(shown), study
        assert not {"store", "plan", "search", "screening", "trial", "sample", "wish"} & set(shown)
        with pytest.raises(ScenarioError, match='did you mean "workers"'):
            study(small(), worker=2)


def test_the_small_objects_are_not_public() -> None:
    assert not SMALL_OBJECTS & set(dir(sim))


def test_a_study_takes_all_cores_and_keeps_its_runs_where_it_is_told(tmp_path: Path) -> None:
    assert study_store() == Store(None, cores())
    assert study_store(str(tmp_path), workers=1) == Store(tmp_path, 1)
    vary = "underwriting.policy_subsidy_rate=0.01:0.02:2"
    first = sim.sweep(small(), vary, "bank.profit", replications=2, folder=tmp_path, workers=1)

    def written() -> dict[Path, int]:
        return {f: f.stat().st_mtime_ns for f in tmp_path.rglob("*") if f.is_file()}

    files = written()
    assert files
    again = sim.sweep(small(), vary, "bank.profit", replications=2, folder=tmp_path, workers=1)
    assert first.frame().equals(again.frame())
    assert written() == files


def test_studies_run_no_neighbours() -> None:
    """Those that name arrangements of their own leave them out by doing so."""
    beside = small().with_values({"experiment.neighbours": ["line_only"]})
    key = ["arrangement.common_growth.commitment.promised_move_hazard=0.1:0.4"]
    layouts = (
        sweep.laid_out(beside, key, None),
        sensitivity.laid_out(beside, key, None, sensitivity.Screening(points=20)),
        robustness.laid_out(beside, key, None, robustness.Trial(points=4)),
        frontier.laid_out(beside, [*key, "arrangement.common_growth.tenor.years=2:4"], None, None),
    )
    for layout in layouts:
        assert layout.scenario.experiment.all_run == small().experiment.arrangements
    assert arms_alone(small()) is small()
