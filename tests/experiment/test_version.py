"""One hash names the program for every store of runs."""

import shutil
from pathlib import Path

import pytest

from sim.experiment.identity import (
    LIBRARIES,
    SIM,
    WITHOUT_NUMBERS,
    code_digest,
    differences,
    identity,
    program_digest,
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program's files."""
    place = tmp_path_factory.mktemp("program") / "sim"
    shutil.copytree(SIM, place, ignore=shutil.ignore_patterns("__pycache__"))
    return place


def hash_of(copy: Path) -> str:
    code_digest.cache_clear()
    return code_digest(copy)


@pytest.mark.parametrize(
    "file", sorted({f"{file.parent.name}/{file.name}" for file in SIM.glob("*/*.py")})[::9]
)
def test_a_change_of_any_file_that_makes_numbers_changes_the_hash(copy: Path, file: str) -> None:
    before = hash_of(copy)
    with (copy / file).open("a") as text:
        text.write("\n# changed\n")
    assert (hash_of(copy) != before) == (Path(file).parts[0] not in WITHOUT_NUMBERS)


def test_moments_and_values_that_are_no_code_count_too(copy: Path) -> None:
    known = {hash_of(copy)}
    for name in ("studies/moments.py", "base/own.toml"):
        with (copy / name).open("a") as text:
            text.write("\n# changed\n")
        known.add(hash_of(copy))
    assert len(known) == 3


@pytest.mark.parametrize("library", LIBRARIES)
def test_another_version_of_a_library_is_another_program(
    monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    before = identity()
    name = program_digest()
    monkeypatch.setattr(
        "sim.experiment.identity.version",
        lambda one: "0" if one == library else before["versions"][one],
    )
    assert program_digest() != name
    assert differences(before) == [f"{library} {before['versions'][library]} instead of 0"]


@pytest.mark.parametrize(
    ("name", "said"), [("code_digest", "other code"), ("facts_digest", "other facts")]
)
def test_other_code_and_other_facts_are_another_program(
    monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    before = identity(), program_digest()
    assert differences(before[0]) == []
    monkeypatch.setattr(f"sim.experiment.identity.{name}", lambda: "0")
    assert program_digest() != before[1]
    assert differences(before[0]) == [said]


def test_folders_without_numbers_are_folders() -> None:
    # Only an installed copy has the folder of what is shipped.
    assert all((SIM / name).is_dir() for name in WITHOUT_NUMBERS if name != "shipped")
