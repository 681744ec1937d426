"""Made-up results, outcomes and comparison, built once."""

import pytest

from sim.outcomes.compare import Comparison, compare
from sim.outcomes.measure import Outcomes
from tests import synthetic
from tests.synthetic import MadeUpResults


@pytest.fixture(scope="session")
def outcomes() -> Outcomes:
    return synthetic.outcomes()


@pytest.fixture(scope="session")
def comparison(outcomes: Outcomes) -> Comparison:
    return compare(outcomes)


@pytest.fixture(scope="session")
def results() -> MadeUpResults:
    return synthetic.results()
