"""From errors to messages and exit codes.

====  ====================
   0  done
   1  the run failed
   2  bad input
 130  interrupted (Ctrl-C)
====  ====================
"""

import functools
from collections.abc import Callable
from typing import ParamSpec

import typer

from sim.base.errors import ScenarioError, SimError, three_lines

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

P = ParamSpec("P")


class BadInputError(SimError):
    """An argument of the command line that cannot be accepted."""


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command end with a message and an exit code instead of a traceback.

    Errors that nobody foresaw keep their traceback: they are faults of the program.
    """

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except ScenarioError as error:
            _end(f"{error}\n\n{_count(error)}; nothing was run or written", BAD_INPUT)
        except BadInputError as error:
            _end(str(error), BAD_INPUT)
        except SimError as error:
            _end(str(error), FAILED)
        except BrokenPipeError:
            raise
        except OSError as error:
            _end(_system_words(error), FAILED)
        except KeyboardInterrupt:
            _end("interrupted; nothing was written", INTERRUPTED)

    return wrapped


def _end(message: str, code: int) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _count(error: ScenarioError) -> str:
    count = len(error.problems)
    return f"{count} problem{'s' if count > 1 else ''}"


def _system_words(error: OSError) -> str:
    where = str(error.filename or "the operating system")
    what = (error.strerror or str(error)).lower()
    return three_lines(where, what, "check the path, the permissions and the free space")
