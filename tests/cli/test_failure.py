"""Every end has its exit code, and its message in three lines."""

import pytest
import typer

from sim.base.errors import AccountingError, OutcomeError, Problem, ScenarioError
from sim.cli.options import BadInputError, reports_errors

PROBLEM = Problem("a.toml", 1, "k", "must be 0", "1", "give 0")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (ScenarioError([PROBLEM]), 2, "1 problem; nothing was run or written"),
        (BadInputError("here", "is wrong", "do that"), 2, "here\n  is wrong\n  do that"),
        (AccountingError("year 2", "off by 1", "report it"), 1, "off by 1"),
        (OutcomeError("x", "y", "z"), 1, "x\n  y\n  z"),
        (OSError(28, "No space left on device", "runs/x"), 1, "runs/x\n  no space left"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_an_error_ends_with_its_code_and_message(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    @reports_errors
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as caught:
        command()
    assert caught.value.exit_code == code
    assert text in capsys.readouterr().err


@pytest.mark.parametrize("error", [BrokenPipeError(), ZeroDivisionError()])
def test_what_nobody_foresaw_keeps_its_traceback(error: Exception) -> None:
    @reports_errors
    def command() -> None:
        raise error

    with pytest.raises(type(error)):
        command()
