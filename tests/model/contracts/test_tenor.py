"""How long: one year, or a term with or without reviews."""

import pytest

from sim.model.contracts.tenor import Annual, Tenor, Term, contract_terms, years
from sim.model.firms.record import NEVER


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
    assert years(clause) == length
    terms = contract_terms(clause, 10.0)
    assert terms == {"maturity": 10.0 + length, "review": 11.0 if reviewed else NEVER}
