"""Files from strangers: what they name stays where they may look, and nothing of it is shown."""

import os
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim.base.named_files import MOST_BYTES, ROOTS, allow, read_named
from sim.cli.app import app
from sim.scenario.scenario import load_scenario

SECRET = "pa55word-of-another"
MINE = 'extends = "shipped:base/china_technology"\ntitle = "mine"\n'
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the stranger's own, beside one with a secret; no folder more is allowed."""
    monkeypatch.delenv(ROOTS, raising=False)
    (tmp_path / "secret").mkdir()
    for name in ("a.toml", "a.csv", "passwd"):
        (tmp_path / "secret" / name).write_text(f"{SECRET}\n[x]\n", encoding="utf-8")
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.chdir(own)
    return own


def told(text: str | bytes, *words: str, command: str = "check") -> Result:
    """Check a scenario of this text; it must be refused in one go, and quickly."""
    file = Path("x.toml")
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    before = {*Path().rglob("*")}
    start = time.process_time()
    result = CliRunner().invoke(app, [command, str(file), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2, result.output
    assert "nothing was run or written" in result.stderr
    assert len(result.stderr) < 30_000
    assert SECRET not in result.output
    # Of a machine as slow as one likes: what is quadratic takes minutes.
    assert time.process_time() - start < 60.0
    assert {*Path().rglob("*")} == before
    return result


OUTSIDE = (
    "/etc/passwd",
    "../secret/a.toml",
    "../secret/passwd",
    "/dev/zero",
    "/proc/self/environ",
)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "name", [*OUTSIDE, "sub/../../secret/a.toml", "\\u0000", ".hidden/a.toml"]
)
def test_a_scenario_extends_nothing_outside_its_folder(name: str) -> None:
    stderr = told(f'title = "x"\nextends = "{name}"\n').stderr
    assert "x.toml, line 2: extends" in stderr
    assert "must stay in" in stderr or "control characters" in stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", [*OUTSIDE, "../secret/a.csv", "\\u0000"])
def test_a_path_of_the_economy_lies_in_the_folder_of_the_scenario(name: str) -> None:
    keys = f'[macro]\npath_file = "{name}"\npath_sha256 = "0"\n'
    stderr = told(MINE + keys).stderr
    assert "x.toml, line 4: macro.path_file" in stderr
    assert "must be the SHA-256" not in stderr


@needs_pipes
def test_links_pipes_devices_and_folders_are_not_followed(folder: Path) -> None:
    for name, target in {
        "a": "../secret/a.toml",
        "loop": "loop.toml",
        "zero": "/dev/zero",
    }.items():
        (folder / f"{name}.toml").symlink_to(target)
        (folder / f"{name}.csv").symlink_to(target)
    os.mkfifo(folder / "pipe.toml")
    os.mkfifo(folder / "pipe.csv")
    (folder / "folder.toml").mkdir()
    for name in ("a", "loop", "zero", "pipe", "folder", "folder/", "."):
        file = name if name in ("folder/", ".") else f"{name}.toml"
        assert "line 1: extends" in told(f'extends = "{file}"\n').stderr
    for name in ("a", "loop", "zero", "pipe"):
        assert "macro.path_file" in told(f'{MINE}[macro]\npath_file = "{name}.csv"\n').stderr
    for name in ("pipe.toml", "folder.toml", "/dev/zero", "../secret/passwd", "loop.toml"):
        result = CliRunner().invoke(app, ["check", name])
        assert result.exit_code == 2
        assert SECRET not in result.output


def test_what_is_no_scenario_is_not_shown_though_it_may_be_read(folder: Path) -> None:
    for text in (f'[default]\ntoken = "{SECRET}"\n', f"key {SECRET}\nother = {SECRET}\n"):
        (folder / "other.toml").write_text(text, encoding="utf-8")
        stderr = told('title = "x"\nextends = "other.toml"\n').stderr
        assert "must be a scenario; it has none of its tables" in stderr
    (folder / "other.csv").write_text(f"{SECRET},b\n{SECRET},1\n", encoding="utf-8")
    assert "must have the columns" in told(f'{MINE}[macro]\npath_file = "other.csv"\n').stderr


def test_a_folder_is_allowed_by_the_option_or_the_variable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        base = folder.parent / name / "base.toml"
        base.parent.mkdir()
        base.write_text(MINE, encoding="utf-8")
        text = f'extends = "../{name}/base.toml"\n'
        told(text)
        monkeypatch.setenv(ROOTS, os.environ.get(ROOTS, ""))
        if name == "first":
            words = ["--root", "../first", "check", "x.toml"]
            assert CliRunner().invoke(app, words).exit_code == 0
        else:
            allow([base.parent])
        assert load_scenario("x.toml").title == "mine"


def test_chains_are_short(folder: Path) -> None:
    for n in range(1200):
        (folder / f"c{n}.toml").write_text(f'extends = "c{n + 1}.toml"\n', encoding="utf-8")
    assert "more than 16 files" in told('extends = "c0.toml"\n').stderr


HUGE: dict[str, tuple[str, str]] = {
    "arrays within arrays": (f"title = {'[' * 5000}{']' * 5000}", "at most 20 deep"),
    "tables within tables": ("title = " + "{a = " * 2000 + "1" + "}" * 2000, "at most 20 deep"),
    "a key of many parts": (".".join("a" * 5000) + " = 1", "at most 20 parts"),
    "a header of many parts": (f"[{'.'.join('a' * 5000)}]", "at most 20 parts"),
    "a number of many digits": (f"title = {'7' * 5000}", "at most 100 letters"),
    "a long key": (f"{'k' * 100_000} = 1", "at most 100 letters"),
    "a long key in quotes": (f'"{"k" * 100_000}" = 1', "at most 10,000 letters"),
    "a long text": (f'title = "{"k" * 100_000}"', "at most 10,000 letters"),
    "a large file": ("#" * (MOST_BYTES + 1), "at most 1,048,576 bytes"),
    "many values": (f"x = [{'1,' * 60_000}]", "at most 50,000 values"),
    "many unknown keys": (
        "\n".join(f"key{n} = 1" for n in range(5_000)),
        "is not a key of the scenario",
    ),
    "many mistakes": ("x = yes\n" * 100_000, "is not TOML"),
    "no text": ("title = '\udcff'", "UTF-8"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", HUGE)
def test_what_is_too_large_is_told_before_it_is_read(what: str) -> None:
    text, rule = HUGE[what]
    assert rule in told(f'question = ""\n{text}'.encode("utf-8", "surrogateescape")).stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("experiment.seed=" + "[" * 3000, "at most 20 deep"),
        ("experiment.seed=" + "7" * 5000, "at most 100 letters"),
        (".".join("a" * 2000) + "=1", "at most 20 parts"),
        ("a" + "[0]" * 2000 + "=1", "must be a dotted key"),
        ("experiment.seed=inf", "must be a whole number"),
        ("experiment.replications=nan", "must be a whole number"),
        ("macro.path_file=\0", "control characters"),
        ("population.firms=1000000000", "at most 1e+07"),
        ("experiment.replications=10000000000000000000000", "at most 1e+06"),
        ("experiment.start_date=yesterday", "must be a date"),
        ("macro.path_file=/dev/zero", "must be a regular file"),
        ("macro.path_file=/etc/passwd", "ends in .csv"),
    ],
)
def test_a_setting_has_the_same_limits(setting: str, rule: str) -> None:
    assert rule in told(MINE, "--set", setting).stderr


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        (f'years_from_start,regime\n1,"{"x" * 140_000}"\n', "field larger than"),
        ('years_from_start,regime\n1,"boom\n', "close quotes"),
        ("years_from_start,regime\n" + "1,boom\n" * 20_001, "at most 20,000 steps"),
        ("years_from_start,regime\n" + "soon,boom\n" * 20_001, "must be a number"),
        ("years_from_start,regime\n1,boom\0\n", "is no regime"),
        ("#" * (MOST_BYTES + 1), "at most 1,048,576 bytes"),
    ],
)
def test_a_table_of_steps_has_limits(folder: Path, table: str, rule: str) -> None:
    (folder / "path.csv").write_text(table, encoding="utf-8")
    stderr = told(f'{MINE}[macro]\npath_file = "path.csv"\n').stderr
    assert rule in stderr


@pytest.mark.usefixtures("folder")
def test_tables_in_the_place_of_a_path_are_refused() -> None:
    Path("path.csv").write_text("years_from_start,regime,winter\n1,boom,0\n", encoding="utf-8")
    more = '[[equity_market]]\nx = 1\n[macro]\npath_file = "path.csv"\n'
    assert "equity_market" in told(MINE + more).stderr


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ('""', "arrangement"), ('"a\\nb"', "arrangement"), ('"a\\u0000"', "bank"),
        (f'"{"n" * 300}"', "bank"), ('"[bold]x[/nope]"', "arrangement"), ('"=1+1"', "bank"),
        ('"-x"', "bank"), ('" a"', "sector"), ('"<b>"', "sector"), ('"$x$"', "board"),
        ('"a\\u202eb"', "arrangement"), ('"PLAIN"', "arrangement"), ('"ｐlain"', "arrangement"),
    ],
)  # fmt: skip
def test_names_have_a_rule(name: str, key: str) -> None:
    values = "" if key == "arrangement" else _copy_of_one(key)
    stderr = told(f"{MINE}[{key}.{name}]\n{values}\n", command="run").stderr
    assert "must be a name of 1 to 60" in stderr or "must not be taken for the name" in stderr
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in stderr)


def _copy_of_one(table: str) -> str:
    """Write the values of the first bank, sector or standard, without its share."""
    from sim.scenario.toml_text import value_text

    group = next(iter(load_scenario("shipped:base/china_technology").model_dump()[table].values()))
    own = {k: 0.0 if k.endswith("share") else v for k, v in group.items() if v is not None}
    return "\n".join(f"{key} = {value_text(value)}" for key, value in own.items())


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("text", ["\\u0000", "\\u001b[2J", "\\u202e", "\\uffff"])
def test_texts_have_no_signs_that_steer(text: str) -> None:
    stderr = told(MINE.replace("mine", f"mine {text}")).stderr
    assert "title" in stderr
    assert "no control characters" in stderr


def test_a_name_of_any_script_is_good(folder: Path) -> None:
    (folder / "x.toml").write_text(f'{MINE}[arrangement."徽商 银行-2.b_c"]\n', encoding="utf-8")
    assert "徽商 银行-2.b_c" in load_scenario("x.toml").arrangement


@needs_pipes
def test_a_file_that_grows_or_becomes_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "p.json")
    with pytest.raises(Exception, match="must be a regular file"):
        read_named(folder / "p.json", ".json")


@pytest.mark.usefixtures("folder")
def test_a_run_too_large_for_any_machine_is_refused_before_it_begins() -> None:
    for words, key in (
        (["population.firms=10000000", "experiment.settling_years=0"], "population.firms"),
        (["experiment.replications=1000000"], "experiment.replications"),
    ):
        given = [part for word in words for part in ("--set", word)]
        stderr = told(MINE, *given, "--workers", "1", command="run").stderr
        assert f"{key}\n  would take about" in stderr
        assert "--large" in stderr
