"""The lean models are models: they keep count, repeat themselves and answer to one another."""

from collections.abc import Callable

import pytest

from tests.peers import lean_simpy
from tests.peers.firm import Lives

FIRMS, YEARS = 400, 27.0


def runs() -> list[Callable[..., Lives]]:
    """Every lean model that can run here."""
    try:
        from tests.peers import lean_mesa
    except ModuleNotFoundError:
        return [lean_simpy.run]
    return [lean_simpy.run, lean_mesa.run]


@pytest.mark.parametrize("run", runs(), ids=lambda run: run.__module__.split(".")[-1])
class TestEach:
    def test_every_firm_is_alive_or_has_ended(self, run: Callable[..., Lives]) -> None:
        lives = run(FIRMS, YEARS)
        assert lives.entered == FIRMS
        assert lives.failed > 0
        assert lives.exited > 0
        assert lives.alive > 0

    def test_firms_borrow_pay_and_sometimes_do_not_repay(self, run: Callable[..., Lives]) -> None:
        lives = run(FIRMS, YEARS)
        assert 0.0 < lives.lost < lives.lent
        assert lives.interest > 0.0

    def test_the_same_seed_gives_the_same_lives(self, run: Callable[..., Lives]) -> None:
        assert run(50, YEARS, 1) == run(50, YEARS, 1)
        assert run(50, YEARS, 1) != run(50, YEARS, 2)


def test_steps_and_events_tell_of_the_same_firms() -> None:
    """A quarterly step lets a cause strike at most once, so shares differ by a few percent."""
    lean_mesa = pytest.importorskip("tests.peers.lean_mesa")
    by_event, by_step = lean_simpy.run(2_000, YEARS, 3), lean_mesa.run(2_000, YEARS, 3)
    assert by_step.quarters == pytest.approx(by_event.quarters, rel=0.15)
