"""Runs are verified against their digests and against the program; a self-test of the copy."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

from sim.cli import selftest
from sim.cli.app import app
from sim.experiment.replication_file import write_tables
from sim.experiment.run_folder import RunFolder
from sim.report.report import made_by_another
from tests.cli.conftest import Engine


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def run(file: Path, engine: Engine) -> RunFolder:
    """A finished run."""
    assert invoke("run", str(file), "--out", "x").exit_code == 0
    engine.asked.clear()
    return RunFolder(Path("x"))


def test_a_run_that_is_whole_is_verified(run: RunFolder, engine: Engine) -> None:
    result = invoke("verify", "x")
    assert result.exit_code == 0, result.output
    assert f"{len(run.files()) + 1} files hold what was written" in result.stdout
    assert invoke("verify", "x", "--again", "2").exit_code == 0
    assert len(set(engine.asked)) == 2


def test_every_damaged_file_is_told(run: RunFolder) -> None:
    for name in ("series.parquet", "replications/000002.replication", "report.html"):
        with (run.path / name).open("ab") as file:
            file.write(b"x")
    result = invoke("verify", "x")
    assert result.exit_code == 1
    for name in ("series.parquet", "000002.replication", "report.html"):
        assert name in result.stdout
    assert "python -m sim report x" in result.stdout


def test_one_bit_that_has_a_right_digest_is_found_by_simulating_again(run: RunFolder) -> None:
    """Somebody edits a value and signs it: file, replication and outcome are named."""
    parts = [run.replication(number) for number in run.numbers()]
    table = parts[1].tables["outcomes"]
    values = table["value"].to_numpy().copy()
    values[0] = np.nextafter(values[0], np.inf)
    parts[1].tables["outcomes"] = table.set_column(3, "value", pa.array(values))
    with run.staging() as stage:
        write_tables(stage, parts, ("outcomes",))
    assert invoke("verify", "x").exit_code == 0
    result = invoke("verify", "x", "--again", "5")
    assert result.exit_code == 1
    name = table["outcome"][0].as_py()
    assert result.stdout.startswith(f"x/outcomes.parquet, replication 1: {name}, plain: value")
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.usefixtures("file")
def test_what_is_no_run_is_not_verified() -> None:
    result = invoke("verify", "nowhere")
    assert result.exit_code == 2
    assert "holds no run" in result.stderr


def test_a_damaged_shard_is_not_merged(run: RunFolder) -> None:
    place = run.path / "replications/000001.replication"
    place.write_bytes(place.read_bytes()[:-1])
    result = invoke("merge", "x", "--out", "y")
    assert result.exit_code == 2
    assert "000001.replication" in result.stderr
    assert not Path("y").exists()


def test_a_manifest_says_in_what_its_program_differs(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made_by_another(run.manifest()) == []
    monkeypatch.setattr("sim.experiment.identity.code_digest", lambda: "0")
    assert made_by_another(run.manifest()) == ["other code"]
    result = invoke("merge", "x", "--out", "y")
    assert result.exit_code == 2
    assert "another version of the program: other code" in result.stderr


def test_the_manifest_tells_how_to_repeat_the_run(run: RunFolder) -> None:
    manifest = json.loads((run.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "python -m sim run small.toml --out x"
    for key in ("code_sha256", "facts_sha256", "versions", "python", "began", "ended", "seed"):
        assert manifest[key]


# --- The self-test, with the engine itself -----------------------------------------------------


@pytest.mark.full
def test_this_copy_passes_its_own_test() -> None:
    result = invoke("selftest")
    assert result.exit_code == 0, result.output
    assert [line[:2] for line in result.stdout.splitlines()] == ["ok"] * len(selftest.PARTS)


def test_a_part_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "TOLERANCE", 0.0)
    monkeypatch.setattr(selftest, "PARTS", {"money": selftest.money})
    result = invoke("selftest")
    assert result.exit_code == 1
    assert result.stdout.startswith("FAILED  money: ")
