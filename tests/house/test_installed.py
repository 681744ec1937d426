"""An installed copy, outside of any checkout, does what the README prints."""

import os
import re
import shlex
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

pytestmark = pytest.mark.full

ROOT = Path(__file__).parents[2]
SMALL = {
    "run": [
        "--replications", "2", "--workers", "1", "--set", "population.firms=60",
        "--set", "experiment.horizon_years=2", "--set", "experiment.run_off_years=0",
    ]
}  # fmt: skip
"""What makes a command of the README small enough for a test."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The content of the wheel, as it lies in an environment's folder of packages."""
    folder = tmp_path_factory.mktemp("installed")
    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "packages")
    return folder / "packages"


def printed() -> list[list[str]]:
    """The commands that the README prints for an installed copy, in their order."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## An installed copy")[2]
    block = re.search(r"```bash\n(.*?)```", section, re.DOTALL)
    assert block is not None
    return [shlex.split(line, comments=True) for line in block[1].splitlines()]


def small(words: list[str]) -> list[str]:
    """Give the arguments of the interpreter for a printed command, a small one."""
    program, *rest = words
    if program == "python":
        return rest
    assert program == "crosscycle", words
    return ["-m", "sim", *rest, *SMALL.get(rest[0], [])]


def test_the_commands_of_the_readme_work_in_an_empty_folder(
    installed: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    told = {}
    for words in printed():
        ran = subprocess.run(
            [sys.executable, *small(words)],
            cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, (words, ran.stderr)
        assert str(ROOT) not in ran.stdout + ran.stderr, words
        told[words[0]] = ran.stdout
    names = {file.parent.name for file in tmp_path.rglob("report.html")}
    assert len(names) == 2
    assert "first" in names
    assert (tmp_path / "runs" / "first" / "workbook.xlsx").is_file()
    assert "RAROC" in told["python"]


def test_a_source_archive_builds_the_same_wheel(tmp_path: Path) -> None:
    (archive,) = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(archive) as file:
        file.extractall(tmp_path, filter="data")
    (unpacked,) = (p for p in tmp_path.iterdir() if p.is_dir())
    names = []
    for place in (ROOT, unpacked):
        out = tmp_path / f"from_{place.name}"
        (wheel,) = WheelBuilder(str(place)).build(directory=str(out), versions=["standard"])
        with zipfile.ZipFile(wheel) as content:
            names.append({one.filename: one.CRC for one in content.infolist()})
    assert names[0] == names[1]
