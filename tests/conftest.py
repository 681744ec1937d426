"""Made-up results, outcomes and comparison, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from sim.analysis.compare import Comparison, compare
from sim.analysis.outcomes_table import Outcomes
from sim.outcomes import mark
from sim.outcomes.mark import Mark
from tests import synthetic
from tests.synthetic import MadeUpResults

# Property tests give the same examples everywhere, and no clock fails them.
settings.register_profile("house", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def openings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep openings of histories apart from those of the user."""
    place = tmp_path_factory.mktemp("openings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CROSSCYCLE_OPENINGS", str(place))
        yield place


@pytest.fixture(scope="session")
def outcomes() -> Outcomes:
    return synthetic.outcomes()


@pytest.fixture(scope="session")
def comparison(outcomes: Outcomes) -> Comparison:
    return compare(outcomes)


@pytest.fixture(scope="session")
def results() -> MadeUpResults:
    return synthetic.results()


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mark]:
    """Give an empty register that is thrown away after the test."""
    own: dict[str, Mark] = {}
    monkeypatch.setattr(mark, "_MARKS", own)
    monkeypatch.setattr(mark, "_load", lambda: None)
    return own
