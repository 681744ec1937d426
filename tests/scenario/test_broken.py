"""Every broken scenario ends in the messages that stand beside it: where, rule, value and cure."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from sim.scenario import read
from sim.scenario.toml_text import Parsed, parse
from tests.scenario.broken import answer, cases

LEAST = 200
PLACES = ("x.toml", "path.csv", "base.toml", "--set", "THERE/scenarios/base")


@lru_cache(maxsize=4)
def parse_shipped(text: str, file: str) -> Parsed:
    return parse(text, file)


@pytest.fixture
def shipped_is_read_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The economy that all of these extend need not be read anew for each."""

    def parse_most(text: str, file: str) -> Parsed:
        return (parse_shipped if file.endswith("china_technology.toml") else parse)(text, file)

    monkeypatch.setattr(read, "parse", parse_most)
    yield
    parse_shipped.cache_clear()


@pytest.mark.full
@pytest.mark.usefixtures("shipped_is_read_once")
def test_every_broken_scenario_is_told_as_it_was(tmp_path: Path) -> None:
    every, wrong = list(cases()), []
    for case in every:
        result, told = answer(case, tmp_path)
        fits = told == case.told and result.exit_code == 2
        if not fits or not isinstance(result.exception, SystemExit):
            wrong.append((case.given, result.exit_code, told))
    assert wrong == []
    assert len(every) >= LEAST
    assert len({case.given for case in every}) == len(every)


def test_every_message_says_where_what_and_what_to_do() -> None:
    for case in cases():
        assert case.told, case.given
        for line in case.told:
            assert line.count(" | ") >= 2, line
            assert line.split(" | ")[0].strip().startswith(PLACES)
