"""Every key that the standard parser reads has a line, and it is the right one."""

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.scenario.toml_text import find_positions, join_key, quoted_key, split_key


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """List the path of every table, element and value below the top."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    below = [(*path, key) for key, _ in items]
    return below + [p for key, item in items for p in leaves(item, (*path, key))]


TEXTS = {
    "tables": ("a = 1\n\n[t]\nb = 2\n[t.u]\nc = 3\n", {("t", "u", "c"): 6, ("t",): 3}),
    "dotted keys": ("[t]\na.b.c = 1\na.b.d = 2", {("t", "a"): 2, ("t", "a", "b", "d"): 3}),
    "inline tables": (
        't = { kind = "x", u = { v = [1, 2] } }\nz = 1',
        {("t", "u", "v", 1): 1, ("z",): 2},
    ),
    "multi-line arrays": (
        "a = [ # first ]\n  1,\n\n  # a comment, with a comma\n  [2,\n 3],\n]\nb = 1",
        {("a", 0): 2, ("a", 1): 5, ("a", 1, 1): 6, ("b",): 8},
    ),
    "arrays of tables": (
        "[[a]]\nx = 1\n[[a]]\nx = 2\n[a.t]\ny = 3\n[[a.u]]\nz = 4\n[[a.u]]\nz = 5",
        {
            ("a", 0, "x"): 2,
            ("a", 1, "x"): 4,
            ("a", 1, "t", "y"): 6,
            ("a", 1, "u", 1, "z"): 10,
        },
    ),
    "comments": (
        "# [no]\n# a = 1\na = 1 # b = 2\n[t] # [u]\nb = 2",
        {("a",): 3, ("t", "b"): 5},
    ),
    "quoted keys": (
        '"a.b" = 1\n\'c d\'."e\\u0041" = 2\n["x]"]\ny = 3',
        {("a.b",): 1, ("c d", "eA"): 2, ("x]", "y"): 4},
    ),
    "signs inside text": (
        'a = "x # [t] = {"\nb = \'y ] }\'\nc = [ "],", "}" ]\nd = 1',
        {("b",): 2, ("c", 1): 3, ("d",): 4},
    ),
    "text of many lines": (
        'a = """x\n"" \\""" y\n"""""\nb = \'\'\'\n[t]\n\'\'\'\nc = """\\\\"""\nd = 1',
        {("a",): 1, ("b",): 4, ("c",): 7, ("d",): 8},
    ),
    "blanks before signs": (
        "  a  .  b  =  1\n[ t . u ]\n  c=2",
        {("a", "b"): 1, ("t", "u", "c"): 3},
    ),
    "dates": ("a = 1979-05-27 07:32:00\nb = [ 1979-05-27, 1980-01-01 ]", {("b", 1): 2}),
    "line ends of other systems": ("a = 1\r\n[t]\r\nb = [1,\r\n2]\r\n", {("t", "b", 1): 4}),
    "a table whose header comes later": (
        "[t.u]\na = 1\n[t]\nb = 2",
        {("t",): 1, ("t", "b"): 4},
    ),
    "nothing": ("# only a comment", {}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_each_form_of_toml_has_its_lines(name: str) -> None:
    text, expected = TEXTS[name]
    found = find_positions(text)
    assert {path: found[path] for path in expected} == expected
    assert set(found) == set(leaves(tomllib.loads(text)))


KEYS = st.one_of(
    st.text("abcxyz_-019", min_size=1, max_size=4),
    st.text("a. \"'#=[]{}\\é\t", max_size=4),
)
SCALARS = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from(["true", "false", "2025-12-01", "1979-05-27T07:32:00Z", "07:32:00"]),
    st.text("a,#[]{}='é ", max_size=8).map(lambda t: f'"{t}"'),
    st.text('a,#[]{}="\\é ', max_size=8).map(lambda t: f"'{t}'"),
    st.text('a,#[]{}=\n" ', max_size=8).map(lambda t: '"""' + t.replace('"""', "") + ' """'),
    st.text("a,#[]{}=\n\\ ", max_size=8).map(lambda t: f"'''{t}'''"),
)
BREAKS = st.sampled_from([" ", "", "\n", " # ] , }\n", "\n\n  "])
BLANKS = st.sampled_from(["", " ", "\t "])


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    items = draw(st.lists(values, max_size=3))
    parts = [draw(BREAKS) + item + draw(BREAKS) for item in items]
    tail = draw(st.sampled_from(["", ","])) if parts else ""
    return "[" + ",".join(parts) + tail + draw(BREAKS) + "]"


@st.composite
def pairs(draw: st.DrawFn, values: st.SearchStrategy[str]) -> list[str]:
    keys = draw(st.lists(KEYS, max_size=3, unique=True))
    return [f"{quoted_key(key)}{draw(BLANKS)}={draw(BLANKS)}{draw(values)}" for key in keys]


@st.composite
def inline_tables(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    return "{" + draw(BLANKS) + ", ".join(draw(pairs(values))) + draw(BLANKS) + "}"


VALUES = st.recursive(SCALARS, lambda v: arrays(v) | inline_tables(v), max_leaves=6)


@st.composite
def documents(draw: st.DrawFn) -> str:
    lines = draw(pairs(VALUES))
    headers = draw(st.lists(st.lists(KEYS, min_size=1, max_size=3), max_size=4))
    for header in headers:
        name = ".".join(quoted_key(key) for key in header)
        lines.append(draw(st.sampled_from([f"[{name}]", f"[[{name}]]", f"[ {name} ] # x"])))
        lines += draw(pairs(VALUES))
    return "\n".join(draw(BLANKS) + line for line in lines)


@given(documents())
@settings(max_examples=400, deadline=None)
def test_every_key_the_standard_parser_finds_has_a_line(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # two tables of one name, for example: the parser refuses these first
    found = find_positions(text)
    assert set(found) == set(leaves(values))
    n_lines = text.count("\n") + 1
    assert all(1 <= line <= n_lines for line in found.values())


@given(st.lists(st.one_of(KEYS, st.integers(0, 99)), min_size=1, max_size=4))
def test_a_path_written_as_a_key_reads_back_the_same(parts: list[str | int]) -> None:
    path = ("first", *parts)
    assert split_key(join_key(path)) == path


@pytest.mark.parametrize("text", ["", "a..b", "a b", "a =", '"open', ".a"])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        split_key(text)
