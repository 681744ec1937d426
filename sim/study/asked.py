"""What a study was asked for, checked by name before anything runs."""

from collections.abc import Iterable

from sim.base.errors import StudyError
from sim.clauses.arrangement import Arrangement
from sim.outcomes.mark import Mark, registry
from sim.scenario.model import Scenario
from sim.scenario.read import similar


def arrangement_named(scenario: Scenario, name: str) -> Arrangement:
    """Give an arrangement of a scenario.

    Raises
    ------
    StudyError
        If the scenario has none of that name; the nearest one is suggested.
    """
    known = list(scenario.arrangement)
    if name in scenario.programmes:
        offered = [one.arrangement for one in scenario.policy if one.programme == name]
        cure = f"name one that it offers: {', '.join(dict.fromkeys(offered))}"
        raise StudyError(name, "is a programme, and only an arrangement has clauses", cure)
    if name not in scenario.arrangement:
        raise StudyError(name, "is not an arrangement of this scenario", _cure(name, known))
    return scenario.arrangement[name]


def world_named(scenario: Scenario, name: str) -> str:
    """Give the name of an arrangement or a programme of a scenario.

    Raises
    ------
    StudyError
        If the scenario has none of that name; the nearest one is suggested.
    """
    known = [*scenario.arrangement, *scenario.programmes]
    if name not in known:
        rule = "is not an arrangement or a programme of this scenario"
        raise StudyError(name, rule, _cure(name, known))
    return name


def outcome_named(name: str) -> Mark:
    """Give the mark of an outcome.

    Raises
    ------
    StudyError
        If there is no such outcome; the nearest one is suggested.

    Examples
    --------
    >>> outcome_named("bank.raroc").label
    'RAROC'
    >>> outcome_named("bank.raro")
    Traceback (most recent call last):
        ...
    sim.base.errors.StudyError: bank.raro
      is not an outcome
      did you mean "bank.raroc"?
    """
    known = registry()
    if name not in known:
        near = similar(name, list(known))
        cure = f'did you mean "{near}"?' if near else "see the command: list outcomes"
        raise StudyError(name, "is not an outcome", cure)
    return known[name]


def outcomes_named(names: Iterable[str]) -> dict[str, Mark]:
    """Give the marks of outcomes, each once.

    Raises
    ------
    StudyError
        If there is none, or one is unknown.
    """
    marks = {name: outcome_named(name) for name in names}
    if not marks:
        raise StudyError("outcomes", "must name at least one", "for example bank.raroc")
    return marks


def at_least_two(scenario: Scenario) -> int:
    """Give the number of replications, of which an interval needs two.

    Raises
    ------
    StudyError
        If there is one only.
    """
    count = scenario.experiment.replications
    if count < 2:
        cure = "give at least --replications 2"
        raise StudyError("experiment.replications", f"must be at least 2; got {count}", cure)
    return count


def _cure(name: str, known: list[str]) -> str:
    near = similar(name, known)
    return f'did you mean "{near}"?' if near else f"choose one of: {', '.join(known)}"
