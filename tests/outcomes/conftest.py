"""A register of its own for tests that define outcomes."""

import pytest

from sim.outcomes import mark
from sim.outcomes.mark import Mark


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> dict[str, Mark]:
    """Give an empty register that is thrown away after the test."""
    own: dict[str, Mark] = {}
    monkeypatch.setattr(mark, "_MARKS", own)
    monkeypatch.setattr(mark.pkgutil, "iter_modules", lambda paths: iter(()))
    return own
