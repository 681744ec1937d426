"""Openings on disk: the same bits read or made, and made anew where a file is of no use."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from sim.base.files import read_sealed, write_sealed
from sim.experiment import openings
from sim.experiment.openings import announcement, missing, opening
from sim.experiment.simulate import make_openings, run_history, simulate
from sim.scenario.scenario import Scenario
from tests.engine.test_settled import same
from tests.experiment.small import tiny
from tests.house.small import changed_books, changed_lives


def settling(**values: object) -> Scenario:
    """Forty firms that settle for eight years, then half a year of history and half one after."""
    return tiny(**{
        "population__firms": 40, "population__entry_rate": 0.1, "population__initial_share": 0.0,
        "experiment__settling_years": 8.0, "experiment__warm_up_years": 0.5,
        "experiment__horizon_years": 0.5, "experiment__replications": 2,
    } | values)  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of openings of a test's own, still empty."""
    monkeypatch.setenv("CROSSCYCLE_OPENINGS", str(tmp_path))
    return tmp_path


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The replications whose openings were made, not read."""
    made: list[int] = []
    own = openings.settle_down
    monkeypatch.setattr(openings, "settle_down", lambda past, n: made.append(n) or own(past, n))
    return made


def files(place: Path) -> list[Path]:
    """Files of openings."""
    return sorted(place.rglob("*.sealed"))


def test_an_opening_is_made_once_and_is_the_same_when_it_is_read(
    place: Path, counted: list[int]
) -> None:
    first, again = opening(settling(), 0), opening(settling(), 0)
    assert same(first, again)
    assert counted == [0]
    assert all(one.flags.writeable for one in again.values())
    assert [file.name for file in files(place)] == ["0.sealed"]


def test_a_history_that_goes_on_from_the_disk_is_the_one_that_is_made(place: Path) -> None:
    made, read = run_history(settling(), 1), run_history(settling(), 1)
    assert changed_lives(made, read) == changed_books(made, read) == []


def test_what_comes_later_reads_the_same_file_and_what_comes_before_another(
    place: Path, counted: list[int]
) -> None:
    for values in (
        {}, {"experiment__horizon_years": 1.0}, {"experiment__arrangements": ("plain",)},
        {"experiment__replications": 9}, {"variance_reduction__controls": ()},
    ):  # fmt: skip
        opening(settling(**values), 0)
    assert counted == [0]
    for values in (
        {"experiment__settling_years": 7.0}, {"experiment__seed": 3},
        {"underwriting__funding_rate": 0.03}, {"population__firms": 41},
    ):  # fmt: skip
        opening(settling(**values), 0)
    assert len(counted) == 5


def damaged(file: Path) -> None:
    """Change one bit of a file."""
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(bytes(content))


def of_other_code(file: Path) -> None:
    """Make a file one of another program."""
    head, _, rest = read_sealed(file, "").partition(b"\n")
    told = json.loads(head)
    told["program"]["code_sha256"] = "0"
    write_sealed(file, json.dumps(told).encode() + b"\n" + rest)


@pytest.mark.parametrize(("harm", "why"), [(damaged, "damaged"), (of_other_code, "other code")])
def test_a_file_of_no_use_is_made_anew_in_its_place_and_one_line_says_so(
    place: Path, counted: list[int], harm: object, why: str
) -> None:
    first = opening(settling(), 0)
    (file,) = files(place)
    harm(file)
    said: list[str] = []
    make_openings(settling(), range(2), said.append)
    assert said[0] == (
        f"making 2 opening histories of 8 years (kept on disk for later runs) ...; 1 anew: {why}"
    )
    assert said[1].endswith("MB on disk")
    assert len(said) == 2
    assert counted == [0, 0, 1]
    assert same(first, opening(settling(), 0))
    make_openings(settling(), range(2), said.append)
    assert len(said) == 2
    assert len(counted) == 3


def test_without_a_folder_to_write_to_openings_are_made_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: list[int]
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CROSSCYCLE_OPENINGS", str(tmp_path / "file"))
    assert same(opening(settling(), 0), opening(settling(), 0))
    assert counted == [0, 0]


def test_a_run_that_does_not_settle_has_no_openings(place: Path) -> None:
    assert missing(tiny(), range(3)).numbers == ()
    make_openings(tiny(), range(3), pytest.fail)


def test_those_not_used_for_longest_leave_first(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (0, 1):
        opening(settling(), number)
    old, new = files(place)
    os.utime(old, (1.0, 1.0))
    openings._make_room(new, most=new.stat().st_size)
    assert files(place) == [new]


def test_one_worker_or_two_and_made_or_read_give_the_same_numbers(place: Path) -> None:
    runs = [simulate(settling(), workers=n).outcomes for n in (2, 1)]
    for file in files(place):
        file.unlink()
    runs.append(simulate(settling(), workers=1).outcomes)
    values = [run["value"].to_numpy() for run in runs]
    assert values[0].tobytes() == values[1].tobytes() == values[2].tobytes()
    assert np.isfinite(values[0]).any()


def test_the_announcement_tells_how_many_and_for_how_long() -> None:
    found = openings.Missing((0, 1, 2), {"damaged": 1, "other code": 2})
    assert announcement(settling(), found).endswith("1 anew: damaged; 2 anew: other code")
