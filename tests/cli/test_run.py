"""A run leaves whole files, says where they are, and can go on after Ctrl-C."""

import errno
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from sim.analysis.compare import compare
from sim.base.language import language
from sim.cli.app import app
from sim.cli.findings import write_figures
from sim.experiment.run_folder import RunFolder
from sim.experiment.workers import cores
from sim.report.figures import figures
from sim.report.figures.gallery import Planned
from tests import synthetic
from tests.cli.conftest import REPLICATIONS, Engine
from tests.workbooks import factor, table

FILES = {
    "manifest.json",
    "scenario.toml",
    "outcomes.parquet",
    "series.parquet",
    "banks.parquet",
    "comparison.csv",
    "summary.csv",
    "explore.csv",
    "by_bank.csv",
    "loss_parts.csv",
    "bank_tails.csv",
    "report.html",
    "figures/one.svg",
    *(f"replications/{number:06d}.replication" for number in range(REPLICATIONS)),
}


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["run", *words])


def files_in(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every figure of made-up results as files, drawn once."""
    outcomes, folder = synthetic.outcomes(12), tmp_path_factory.mktemp("drawn") / "figures"
    write_figures(folder, outcomes, compare(outcomes), synthetic.results(12))
    return folder


@pytest.mark.usefixtures("engine")
def test_a_run_leaves_all_its_files_and_names_the_report(file: Path) -> None:
    result = run(str(file))
    assert result.exit_code == 0, result.output
    (folder,) = Path("runs").iterdir()
    assert folder.name.startswith("small-")
    assert files_in(folder) == FILES
    assert f"report: {folder / 'report.html'}" in result.stdout
    assert f"{REPLICATIONS} replications in " in result.stderr


@pytest.mark.usefixtures("engine")
def test_what_should_be_looked_at_is_told_and_kept(file: Path) -> None:
    result = run(str(file), "--set", "bank.lead.capital=1e8", "--out", "x")
    assert result.exit_code == 0, result.output
    assert "notice: --set: bank.lead.capital" in result.stderr
    (kept,) = json.loads(Path("x/manifest.json").read_text(encoding="utf-8"))["notices"]
    assert "got 100000000.0" in kept
    run(str(file), "--out", "y")
    assert json.loads(Path("y/manifest.json").read_text(encoding="utf-8"))["notices"] == []


@pytest.mark.usefixtures("engine")
def test_the_table_tells_differences_intervals_and_verdicts(file: Path) -> None:
    text = run(str(file)).stdout
    assert "the difference from it, with its 95 % interval" in text
    for word in ("RAROC", "Revenue swap", "not ranked", "better", " to "):
        assert word in text


@pytest.mark.usefixtures("engine")
def test_the_files_say_what_was_run(file: Path) -> None:
    run(str(file), "--out", "x", "--seed", "9", "--set", "bank.lead.capital=50")
    manifest = json.loads(Path("x/manifest.json").read_text(encoding="utf-8"))
    assert manifest["finished"] is True
    assert manifest["replications_done"] == list(range(REPLICATIONS))
    assert manifest["largest_accounting_residual"] == 1e-13
    scenario = tomllib.loads(Path("x/scenario.toml").read_text(encoding="utf-8"))
    assert scenario["experiment"]["seed"] == 9
    assert scenario["bank"]["lead"]["capital"] == 50.0
    comparison = pd.read_csv("x/comparison.csv")
    assert list(comparison)[:4] == ["outcome", "unit", "arrangement", "baseline"]


@pytest.mark.usefixtures("engine")
def test_a_workbook_holds_what_the_tables_hold_where_asked_for(file: Path) -> None:
    result = run(str(file), "--out", "x", "--excel", "--language", "zh")
    assert result.exit_code == 0, result.output
    assert files_in(Path("x")) == FILES | {"workbook.xlsx"}
    raw = pd.read_csv("x/comparison.csv", dtype={"difference": str})
    shown = table(Path("x/workbook.xlsx"), "比较")
    scale = shown["单位"].map(factor)
    assert {"万元", "亿元"} & {unit[:2] for unit in shown["单位"]}
    exact = raw["difference"].astype(float)  # read by pandas, it may differ in its last bits
    np.testing.assert_allclose(shown["差异"].astype(float), exact * scale, 1e-15)


def test_without_the_extra_nothing_is_run(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.base.workbook.find_spec", lambda _: None)
    result = run(str(file), "--excel")
    assert result.exit_code == 1
    assert "needs the package XlsxWriter" in result.stderr
    assert engine.asked == []
    assert run(str(file)).exit_code == 0


@pytest.mark.full
@pytest.mark.usefixtures("engine")
def test_every_csv_file_of_a_run_says_its_encoding(file: Path, drawn: Path) -> None:
    assert run(str(file), "--out", "x").exit_code == 0
    tables, behind_figures = list(Path("x").rglob("*.csv")), list(drawn.glob("*.csv"))
    found = tables + behind_figures
    assert len(tables) > 1
    assert len(behind_figures) > 3
    assert [f for f in found if not f.read_bytes().startswith(b"\xef\xbb\xbf")] == []


@pytest.mark.usefixtures("engine")
def test_quiet_prints_only_the_folder(file: Path) -> None:
    result = run(str(file), "--quiet", "--out", "x")
    assert (result.stdout, result.stderr) == ("x\n", "")


@pytest.mark.usefixtures("engine")
def test_records_are_kept_where_asked_for(file: Path) -> None:
    assert run(str(file), "--out", "x", "--keep", "firms").exit_code == 0
    assert files_in(Path("x")) == FILES | {"firms.parquet"}


@pytest.mark.full
@pytest.mark.usefixtures("engine")
def test_other_values_go_to_another_folder(file: Path) -> None:
    for seed in ("1", "2", "2"):
        run(str(file), "--seed", seed)
    assert len(list(Path("runs").iterdir())) == 2


def test_an_interrupted_run_keeps_what_it_finished_and_goes_on(file: Path, engine: Engine) -> None:
    run(str(file), "--out", "whole")
    engine.asked.clear()
    engine.interrupt_after = 2
    words = ["--out", "x", "--seed", "1", "--keep", "firms", "--workers", "2"]
    result = run(str(file), *words, "--language", "zh")
    assert result.exit_code == 130
    assert "2 of 5 replications are kept in x" in result.stderr
    command = (
        "python -m sim run small.toml --set experiment.seed=1 --workers 2 --language zh"
        " --keep firms --out x --resume"
    )
    assert command in result.stderr
    assert "report.html" not in files_in(Path("x"))
    engine.interrupt_after = None
    assert run(*command.split()[4:]).exit_code == 0
    assert engine.asked == [0, 1, 2, 3, 4]
    for name in ("outcomes", "series", "banks"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(f"x/{name}.parquet"), pd.read_parquet(f"whole/{name}.parquet")
        )
    manifest = json.loads(Path("x/manifest.json").read_text(encoding="utf-8"))
    assert manifest["finished"] is True
    assert manifest["identities_checked"] == 7 * REPLICATIONS
    assert len(manifest["seconds_per_replication"]) == REPLICATIONS


def test_an_interrupt_before_anything_is_finished_writes_nothing(
    file: Path, engine: Engine
) -> None:
    engine.interrupt_after = 0
    result = run(str(file))
    assert result.exit_code == 130
    assert "nothing was written" in result.stderr
    assert not Path("runs").exists()


@pytest.mark.full
def test_more_replications_go_on_where_fewer_ended(file: Path, engine: Engine) -> None:
    run(str(file), "--out", "x", "--replications", "3")
    engine.asked.clear()
    assert run(str(file), "--out", "x", "--resume").exit_code == 0
    assert engine.asked == [3, 4]
    assert set(pd.read_parquet("x/outcomes.parquet")["replication"]) == set(range(5))
    engine.asked.clear()
    few = ("--out", "x", "--replications", "2", "--resume")
    result = run(str(file), *few)
    assert result.exit_code == 2
    assert "holds 5 replications, and 2 are asked for" in result.stderr
    assert run(str(file), *few, "--force").exit_code == 0
    assert set(pd.read_parquet("x/outcomes.parquet")["replication"]) == {0, 1}
    # The others are there for whoever asks for them again.
    assert run(str(file), "--out", "x", "--resume").exit_code == 0
    assert engine.asked == []
    assert set(pd.read_parquet("x/outcomes.parquet")["replication"]) == set(range(5))


def test_fewer_replications_are_asked_about_where_somebody_can_answer(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(str(file), "--out", "x")
    engine.asked.clear()
    monkeypatch.setattr("sim.cli.run.is_asked", lambda: True)
    words = ["run", str(file), "--out", "x", "--replications", "2", "--resume"]
    said_no = CliRunner().invoke(app, words, input="n\n")
    assert said_no.exit_code == 1
    assert set(pd.read_parquet("x/outcomes.parquet")["replication"]) == set(range(5))
    assert CliRunner().invoke(app, words, input="y\n").exit_code == 0
    assert set(pd.read_parquet("x/outcomes.parquet")["replication"]) == {0, 1}
    assert engine.asked == []
    assert len(list(Path("x/replications").iterdir())) == 5


def test_nothing_to_resume_is_a_whole_run(file: Path, engine: Engine) -> None:
    assert run(str(file), "--out", "x", "--resume").exit_code == 0
    assert engine.asked == list(range(REPLICATIONS))


@pytest.mark.usefixtures("engine")
def test_a_run_of_another_scenario_is_not_resumed(file: Path) -> None:
    run(str(file), "--out", "x")
    result = run(str(file), "--out", "x", "--resume", "--seed", "7")
    assert result.exit_code == 2
    assert "holds a run of another scenario; experiment.seed differs" in result.stderr
    result = run(str(file), "--out", "x", "--resume", "--keep", "firms")
    assert result.exit_code == 2
    assert "did not keep firms" in result.stderr


@pytest.mark.parametrize("resume", [(), ("--resume",)])
def test_another_run_is_replaced_only_by_force(
    file: Path, engine: Engine, resume: tuple[str, ...]
) -> None:
    run(str(file), "--out", "x")
    before = Path("x/outcomes.parquet").read_bytes()
    engine.asked.clear()
    other = ("--out", "x", "--seed", "7", *resume)
    result = run(str(file), *other)
    assert result.exit_code == 2
    assert "experiment.seed differs" in result.stderr
    assert "--force" in result.stderr
    assert (engine.asked, Path("x/outcomes.parquet").read_bytes()) == ([], before)
    assert run(str(file), *other, "--force").exit_code == 0
    assert engine.asked == list(range(REPLICATIONS))
    assert json.loads(Path("x/manifest.json").read_text(encoding="utf-8"))["seed"] == 7


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("code_digest", "0", "other code"),
        ("facts_digest", "0", "other facts"),
        ("version", "0.1", "numpy 0.1 instead of"),
    ],
)
def test_replications_of_another_version_are_not_mixed(
    file: Path, engine: Engine, name: str, value: str, said: str
) -> None:
    with pytest.MonkeyPatch.context() as older:
        older.setattr(f"sim.experiment.identity.{name}", lambda *_: value)
        run(str(file), "--out", "x", "--replications", "3")
    result = run(str(file), "--out", "x", "--resume")
    assert result.exit_code == 2
    assert "another version of the program" in result.stderr
    assert said in result.stderr
    page = CliRunner().invoke(app, ["report", "x"])
    assert page.exit_code == 0, page.output


def test_a_damaged_replication_is_told_and_is_simulated_anew(file: Path, engine: Engine) -> None:
    engine.interrupt_after = 3
    run(str(file), "--out", "x")
    place = Path("x/replications/000001.replication")
    place.write_bytes(place.read_bytes()[:-1])
    engine.interrupt_after = None
    engine.asked.clear()
    result = run(str(file), "--out", "x", "--resume")
    assert (result.exit_code, engine.asked) == (2, [])
    assert "000001.replication" in result.stderr
    assert "remove it, and go on with --resume" in result.stderr
    place.unlink()
    assert run(str(file), "--out", "x", "--resume").exit_code == 0
    assert engine.asked == [1, 3, 4]


@pytest.mark.usefixtures("engine")
def test_a_second_run_in_the_same_folder_is_refused(file: Path) -> None:
    with RunFolder(Path("x")).held():
        result = run(str(file), "--out", "x")
    assert result.exit_code == 2
    assert f"is in use by process {os.getpid()}" in result.stderr
    assert run(str(file), "--out", "x").exit_code == 0


def test_where_nothing_can_be_written_nothing_is_simulated(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    monkeypatch.setattr("sim.base.files.sync", full)
    result = run(str(file), "--out", "x")
    assert (result.exit_code, engine.asked) == (1, [])
    assert "no space left on device" in result.stderr


def test_a_disk_that_fills_up_leaves_what_was_finished(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(str(file), "--out", "whole")
    assert whole.exit_code == 0
    engine.asked.clear()
    before = RunFolder.write_replication

    def fills_up(folder: RunFolder, one: Any) -> None:
        if one.number == 3:
            raise OSError(errno.ENOSPC, "No space left on device", "x")
        before(folder, one)

    with monkeypatch.context() as small:
        small.setattr(RunFolder, "write_replication", fills_up)
        result = run(str(file), "--out", "x")
    assert result.exit_code == 1
    assert "stopped: 3 of 5 replications are kept in x" in result.stderr
    assert "no space left on device" in result.stderr
    engine.asked.clear()
    assert run(str(file), "--out", "x", "--resume").exit_code == 0
    assert engine.asked == [3, 4]
    for name in ("outcomes", "series", "banks"):
        same = [Path(f"{place}/{name}.parquet").read_bytes() for place in ("whole", "x")]
        assert same[0] == same[1]


@pytest.mark.usefixtures("engine")
def test_shards_make_the_tables_of_one_run(file: Path) -> None:
    run(str(file), "--out", "whole")
    for number in (1, 2, 3):
        assert run(str(file), "--shard", f"{number}/3").exit_code == 0
    places = sorted(map(str, Path("runs").iterdir()))
    assert all(place.endswith(f"-{n}-of-3") for n, place in enumerate(places, 1))
    missing = CliRunner().invoke(app, ["merge", *places[:2], "--out", "m"])
    assert missing.exit_code == 2
    assert "lack 1 replication, the first of them 2" in missing.stderr
    merged = CliRunner().invoke(app, ["merge", *places])
    assert merged.exit_code == 0, merged.output
    target = Path(places[0].removesuffix("-1-of-3"))
    for name in ("outcomes", "series", "banks"):
        one, other = (place / f"{name}.parquet" for place in (Path("whole"), target))
        assert one.read_bytes() == other.read_bytes()
    facts = [json.loads((p / "manifest.json").read_text()) for p in (Path("whole"), target)]
    for key in ("scenario_sha256", "identities_checked", "replications_done", "finished"):
        assert facts[0][key] == facts[1][key]


@pytest.mark.usefixtures("engine")
def test_only_shards_of_one_run_are_merged(file: Path) -> None:
    run(str(file), "--out", "a", "--shard", "1/2")
    run(str(file), "--out", "b", "--shard", "2/2", "--seed", "7")
    result = CliRunner().invoke(app, ["merge", "a", "b", "--out", "c"])
    assert result.exit_code == 2
    assert "b\n  holds a run of another scenario; experiment.seed differs" in result.stderr
    assert not Path("c").exists()
    for text in ("0/2", "3/2", "x", "1"):
        assert run(str(file), "--shard", text).exit_code == 2
    assert "has none of the" in run(str(file), "--shard", "7/7").stderr


@pytest.mark.usefixtures("engine")
def test_bad_input_is_told_whole_and_writes_nothing(file: Path) -> None:
    file.write_text(file.read_text().replace("= 5", "= 0"), encoding="utf-8")
    result = run(str(file), "--seed", "1", "--set", "bank.lead.capitol=3")
    assert result.exit_code == 2
    assert "small.toml, line 5: experiment.replications" in result.stderr
    assert 'did you mean "capital"?' in result.stderr
    assert "2 problems; nothing was run or written" in result.stderr
    assert result.stdout == ""
    assert not Path("runs").exists()


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "words",
    [["--workers", "0"], ["--replications", "x"], ["--keep", "banks"], ["--nothing"]],
)
def test_bad_options_are_bad_input(file: Path, words: list[str]) -> None:
    assert run(str(file), *words).exit_code == 2


@pytest.mark.usefixtures("engine")
def test_a_file_in_the_place_of_the_folder_is_bad_input(file: Path) -> None:
    result = run(str(file), "--out", "small.toml/x")
    assert result.exit_code == 2
    assert "small.toml is a file" in result.stderr


def test_compiling_is_told(file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.experiment.simulate.must_compile", lambda _: True)
    monkeypatch.setattr("sim.experiment.simulate.warm_up", lambda scenario: 12.4)
    assert "compiled in 12 s" in run(str(file)).stderr
    assert engine.asked == list(range(REPLICATIONS))


def test_beliefs_are_solved_first_where_asked_for(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"update": {"title": "new"}}
    monkeypatch.setattr(
        "sim.experiment.beliefs.solve", lambda scenario, *_: scenario.model_copy(**change)
    )
    result = run(str(file), "--solve-beliefs", "--out", "x")
    assert "solving for beliefs" in result.stderr
    assert 'title = "new"' in Path("x/scenario.toml").read_text(encoding="utf-8")
    assert engine.asked == list(range(REPLICATIONS))


@pytest.mark.full
def test_figures_are_written_as_files_of_their_own(drawn: Path) -> None:
    names = {file.name for file in drawn.iterdir()}
    assert {"survival.svg", "survival.png", "difference-bank.svg"} <= names
    for kind in ("svg", "png"):
        assert {name for name in names if name.endswith(kind)} == {
            name.replace(".csv", f".{kind}") for name in names if name.endswith(".csv")
        }
    behind = pd.read_csv(drawn / "survival.csv")
    pd.testing.assert_frame_equal(behind, figures.survival(synthetic.results(12)).data)


def test_without_a_chinese_font_pictures_are_english_and_drawings_chinese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A letter that a font lacks is a warning, and a warning an error here."""
    monkeypatch.setattr("sim.report.figures.letters.CHINESE_FONTS", ())
    few = lambda *_: (Planned("one", lambda: figures.survival(synthetic.results(3))),)  # noqa: E731
    monkeypatch.setattr("sim.report.figures.gallery.planned", few)
    with language("zh"):
        drawings = write_figures(tmp_path / "figures", None, None, synthetic.results(3))
    assert drawings["one"].written == "zh"
    assert "按企业年龄的存活比例" in (tmp_path / "figures" / "one.svg").read_text(encoding="utf-8")
    assert (tmp_path / "figures" / "one.png").stat().st_size > 1000
    assert "PNG files are in English" in capsys.readouterr().err


def test_the_table_is_told_before_anything_is_drawn(
    file: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run(str(file), "--out", "x").stdout

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sim.cli.findings.write_figures", fail)
    result = run(str(file), "--out", "x")
    assert result.exit_code == 1
    assert len(result.stdout) > 200
    assert told.startswith(result.stdout)


def test_cores_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cores() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert cores() >= 1


@pytest.mark.usefixtures("engine")
def test_a_half_width_that_is_not_reached_is_said(file: Path) -> None:
    words = ["--until", "bank.raroc=0.00001pp", "--most", str(REPLICATIONS)]
    result = run(str(file), *words)
    assert result.exit_code == 0, result.output
    assert f"NOT reached with {REPLICATIONS} replications" in result.stdout
    assert "replications would be needed" in result.stdout
    assert "hold jointly at 95 %" in result.stdout


@pytest.mark.usefixtures("engine")
def test_a_half_width_that_is_reached_is_said(file: Path) -> None:
    result = run(str(file), "--until", "bank.raroc=900pp", "--most", str(REPLICATIONS))
    assert result.exit_code == 0, result.output
    assert f"reached with {REPLICATIONS} replications" in result.stdout


def test_a_half_width_of_nothing_is_refused_before_anything_runs(file: Path) -> None:
    result = run(str(file), "--until", "bank.nothing=1")
    assert result.exit_code == 2
    assert "is no outcome; got bank.nothing" in result.output
    assert not Path("runs").exists()


@pytest.mark.usefixtures("engine")
def test_a_chinese_workbook_says_in_chinese_how_intervals_are_made(file: Path) -> None:
    run(str(file), "--out", "x", "--excel", "--language", "zh")
    methods = set(table(Path("x/workbook.xlsx"), "比较")["区间算法"])
    assert "配对差异的 t 区间" in methods
    assert [one for one in methods if one.isascii()] == []
