"""How long: one year, or a term with or without reviews."""

import pytest

from sim.model.contracts.tenor import Annual, Tenor, Term, conditions


@pytest.mark.parametrize(
    ("clause", "length", "reviewed"),
    [
        (Annual(), 1.0, False),
        (Term(kind="term", years=3.1), 3.1, False),
        (Term(kind="term", years=2.0, reviewed=True), 2.0, True),
        (Term(kind="term", years=0.5), 0.5, False),
    ],
)
def test_a_term_says_its_length_and_whether_it_is_reviewed(
    clause: Tenor, length: float, reviewed: bool
) -> None:
    assert conditions(clause) == {"years": length, "reviewed": reviewed}
