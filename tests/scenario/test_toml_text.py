"""All mistakes of grammar are told, and none that only follow from another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.toml_text import MAX_MISTAKES, parse

MISTAKES: dict[str, tuple[str, list[int], bool]] = {
    "none": ("a = 1", [], True),
    "two bare words": ("a = yes\nb = 1\nc = no\nd = 2", [1, 3], True),
    "a key twice": ("a = 1\nb = 2\na = 3\n[t]\nc = 1", [3], True),
    "no sign": ("a 1\nb = 2", [1], True),
    "an open list": ("a = [1,\n2\nb = 3\nc = 4\n[t]\nd = 5", [3], False),
    "an open list at the end": ("a = 1\nb = [1, 2\n\n", [2], False),
    "an open text": ('a = 1\nb = "x\nc = 2', [2], True),
    "a table twice": ("[t]\na = 1\n[u]\nb = 1\n[t]\na = 2", [5], False),
    "a broken header": ("[t\na = 1", [1], False),
    "a text of many lines, open": ('a = """\nb = 1\nc = 2', [3], False),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_told_by_line(name: str) -> None:
    text, lines, is_whole = MISTAKES[name]
    parsed = parse(text, "x.toml")
    assert [problem.line for problem in parsed.problems] == lines
    assert parsed.is_whole == is_whole
    assert all(problem.cure and problem.file == "x.toml" for problem in parsed.problems)


def test_the_rest_of_a_file_is_read_with_its_own_lines() -> None:
    parsed = parse("a = yes\n[t]\nb = 2", "x.toml")
    assert parsed.values == {"t": {"b": 2}}
    assert parsed.lines == {("t",): 2, ("t", "b"): 3}


def test_a_file_that_is_no_scenario_is_given_up() -> None:
    parsed = parse("a b\n\nk = 1\n" * (3 * MAX_MISTAKES), "x.toml")
    assert 0 < len(parsed.problems) <= MAX_MISTAKES


@given(st.text("ab=[]{}\"'\n#, .1", max_size=60))
def test_any_text_is_read_or_told(text: str) -> None:
    parsed = parse(text, "x.toml")
    n_lines = text.count("\n") + 1
    assert parsed.is_whole or parsed.problems
    assert all(1 <= (p.line or 0) <= n_lines for p in parsed.problems)
