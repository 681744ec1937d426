"""Luck of signals: the median everywhere, so that a signal is the truth."""

from typing import Any

import pytest

from sim.model.banks import judgement


@pytest.fixture(autouse=True)
def luck(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """Uniform numbers by code; a test may write some, all others are one half."""
    by_code: dict[int, float] = {}

    def uniform_pair(*address: Any) -> tuple[float, float]:
        *_, code, _ = address
        return by_code.get(code, 0.5), 0.5

    monkeypatch.setattr(judgement, "uniform_pair", uniform_pair)
    return by_code
