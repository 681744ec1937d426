"""What is thrown at the readers of files is read, or refused in words."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.base.errors import ScenarioError
from sim.scenario.edit import assign_texts
from sim.scenario.limits import over_limit
from sim.scenario.read import RawScenario, read_steps
from sim.scenario.toml_text import parse
from tests.house import fuzz


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("[]{}\"'=,.#\n\\ \0ab1-_:TZe+é\u202e")))
def test_any_text_is_parsed_or_has_a_mistake_with_its_line(text: str) -> None:
    parsed = parse(text, "x.toml")
    assert parsed.values or parsed.problems or not parsed.lines
    over_limit(text)
    assign_texts(RawScenario({}), [text])
    with suppress(ScenarioError):
        read_steps(text.encode("utf-8", "surrogatepass"), "x.csv")


def test_some_inputs_of_every_kind_are_read_or_refused(tmp_path: Path) -> None:
    found = fuzz.fuzz(tmp_path, 300)
    assert found.faults == []
    assert set(found.tried) == set(fuzz.SHARES)
    assert found.refused.total() > 100


@pytest.mark.full
def test_inputs_of_twenty_seconds(tmp_path: Path) -> None:
    assert fuzz.fuzz(tmp_path, fuzz.WHOLE, seed=2, seconds=20.0).faults == []


@pytest.mark.slow
def test_the_whole(tmp_path: Path) -> None:
    assert fuzz.fuzz(tmp_path, fuzz.WHOLE, seed=3).faults == []
