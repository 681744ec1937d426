"""Made-up outcomes, and a register of its own for tests that define outcomes."""

import pytest

from sim.outcomes import mark
from sim.outcomes.compare import Comparison, compare
from sim.outcomes.mark import Mark
from sim.outcomes.measure import Outcomes
from tests import synthetic


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mark]:
    """Give an empty register that is thrown away after the test."""
    own: dict[str, Mark] = {}
    monkeypatch.setattr(mark, "_MARKS", own)
    monkeypatch.setattr(mark.pkgutil, "iter_modules", lambda paths: iter(()))
    return own


@pytest.fixture(scope="session")
def outcomes() -> Outcomes:
    return synthetic.outcomes()


@pytest.fixture(scope="session")
def comparison(outcomes: Outcomes) -> Comparison:
    return compare(outcomes)
