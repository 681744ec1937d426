"""What is too large is told with its line before the text is read."""

import pytest

from sim.scenario.limits import MOST_DEPTH, MOST_DIGITS, MOST_LETTERS, over_limit

DEEP = "must have lists and tables at most"
LONG = "must have numbers and keys of at most"
TEXT = "must have texts of at most"
CHAIN = "must have keys of at most"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a = " + "[" * (MOST_DEPTH + 1), DEEP), ("a = " + "{b=" * (MOST_DEPTH + 1), DEEP),
        ("a = " + "[{b=" * 11, DEEP), ("a = " + "7" * (MOST_DIGITS + 1), LONG),
        ("a" * (MOST_DIGITS + 1) + " = 1", LONG), (f'a = "{"x" * MOST_LETTERS}"', TEXT),
        (f"a = '''{'x' * MOST_LETTERS}'''", TEXT), ("a." * MOST_DEPTH + "b = 1", CHAIN),
    ],
)  # fmt: skip
def test_each_limit_is_told_in_its_line(text: str, rule: str) -> None:
    found = over_limit(f"x = 1\n{text}")
    assert found is not None
    assert found[0] == 2
    assert found[1].startswith(rule)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * MOST_DEPTH + "]" * MOST_DEPTH, "a = 1\n" * 1000,
        # What is closed again is not deep, nor what stands in a text or a remark.
        "a = [" + "[1], " * 100 + "]", "a = '" + "[" * 100 + "'", "# " + "[" * 100,
        'a = "\\"' + "[" * 100 + '"', "a = " + "7" * MOST_DIGITS,
    ],
)  # fmt: skip
def test_what_is_within_the_limits_is_not_told(text: str) -> None:
    assert over_limit(text) is None
