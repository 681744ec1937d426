"""Files extend files; every value remembers where it was written."""

from pathlib import Path

import pytest

from sim.scenario.read import Place, RawScenario, resolve, similar


def write(folder: Path, **files: str) -> Path:
    """Write files by stem; dots in a name are folders. Give the folder."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_file_stands_over_the_one_it_extends(tmp_path: Path) -> None:
    write(
        tmp_path,
        base__economy="[macro]\nrate = 1\nlist = [1, 2]\n[bank.a]\nx = 1",
        top='extends = "base/economy.toml"\n[macro]\nlist = [3]\n[bank.b]\ny = 2',
    )
    raw = resolve(tmp_path / "top.toml")
    assert raw.problems == ()
    assert raw.values == {
        "macro": {"rate": 1, "list": [3]},
        "bank": {"a": {"x": 1}, "b": {"y": 2}},
    }


def test_a_value_remembers_the_file_it_came_from(tmp_path: Path) -> None:
    write(
        tmp_path,
        base__economy="[macro]\nrate = 1\nlist = [1, 2]",
        top='extends = "base/economy.toml"\n[macro]\nlist = [3]',
    )
    raw = resolve(tmp_path / "top.toml")
    top, base = str(tmp_path / "top.toml"), str(tmp_path / "base" / "economy.toml")
    assert raw.place(("macro", "rate")) == Place(base, 2)
    assert raw.place(("macro", "list", 0)) == Place(top, 3)
    assert ("macro", "list", 1) not in raw.places
    assert raw.place(("macro", "unknown")) == Place(top, 2)
    assert raw.place(("nowhere",)) == Place(top, None)


def test_files_extend_files_that_extend_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="x = 1\ny = 1\nz = 1",
        b__b='extends = "../a.toml"\ny = 2\nz = 2',
        c='extends = "b/b.toml"\nz = 3',
    )
    raw = resolve(tmp_path / "c.toml")
    assert raw.values == {"x": 1, "y": 2, "z": 3}
    assert raw.place(("x",)) == Place(str(tmp_path / "a.toml"), 1)


def test_a_clause_of_another_kind_replaces_the_whole_clause(tmp_path: Path) -> None:
    write(
        tmp_path,
        a='[c]\nkind = "one"\nold = 1\n[d]\nkind = "one"\nold = 1',
        b='extends = "a.toml"\nc = { kind = "two", new = 2 }\nd = { new = 2 }',
    )
    raw = resolve(tmp_path / "b.toml")
    assert raw.values["c"] == {"kind": "two", "new": 2}
    assert raw.values["d"] == {"kind": "one", "old": 1, "new": 2}
    assert ("c", "old") not in raw.places


def test_a_circle_of_files_is_told_where_it_closes(tmp_path: Path) -> None:
    write(tmp_path, a='x = 1\nextends = "b.toml"', b='extends = "a.toml"')
    problem = resolve(tmp_path / "a.toml").problems[0]
    assert (problem.file, problem.line) == (str(tmp_path / "b.toml"), 1)
    assert problem.key == "extends"
    assert "a.toml -> b.toml -> a.toml" in problem.rule


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("ecomomy.toml", 'did you mean "'),
        ("zzz", "scenarios in"),
        ("empty/x.toml", "no scenario"),
    ],
)
def test_a_missing_file_is_told_with_the_nearest_one(tmp_path: Path, name: str, cure: str) -> None:
    write(tmp_path, economy="x = 1")
    (tmp_path / "empty").mkdir()
    problem = resolve(tmp_path / name).problems[0]
    assert problem.file == str(tmp_path / name)
    assert "is not there" in problem.rule
    assert cure in problem.cure


def test_a_missing_base_is_told_at_the_line_that_asks_for_it(tmp_path: Path) -> None:
    write(tmp_path, a='x = 1\nextends = "bb.toml"', b="")
    problem = resolve(tmp_path / "a.toml").problems[0]
    assert (problem.line, problem.key) == (2, "extends")
    assert "b.toml" in problem.cure


def test_extends_must_be_text(tmp_path: Path) -> None:
    problem = resolve(write(tmp_path, a="extends = 3") / "a.toml").problems[0]
    assert problem.rule == "must be the name of a file"


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    problem = resolve(tmp_path).problems[0]
    assert "is a folder" in problem.rule


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"x = '\xff'")
    assert "UTF-8; byte 5" in resolve(tmp_path / "a.toml").problems[0].rule


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    write(tmp_path, a="x = yes", b='extends = "a.toml"\ny = no')
    files = [Path(p.file).name for p in resolve(tmp_path / "b.toml").problems]
    assert files == ["b.toml", "a.toml"]


def test_a_place_that_nobody_wrote_is_the_scenario() -> None:
    assert RawScenario({}).place(("a", "b")) == Place("scenario", None)


def test_words_far_from_all_known_ones_have_no_suggestion() -> None:
    assert similar("zzz", ["replications"]) is None
    assert similar("Replications", ["replications"]) == "replications"


def test_a_key_stands_where_it_was_written_or_else_the_nearest_table_around_it() -> None:
    places = {(): Place("x", None), ("a",): Place("x", 3), ("a", "b"): Place("y", 5)}
    raw = RawScenario({}, places)
    for path, line in ((("a", "b"), 5), (("a", "b", 0, "c"), 5), (("a", "d"), 3), (("e",), None)):
        assert raw.place(path).line == line
    assert RawScenario({}).place(("a",)) == Place("scenario", None)
