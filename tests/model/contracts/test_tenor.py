"""How long: one year, or a term with or without reviews."""

import pytest
from pydantic import ValidationError

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
    found = conditions(clause, 0.1, 0.4)
    assert (found["years"], found["reviewed"]) == (length, reviewed)


@pytest.mark.parametrize(
    ("clause", "counted"),
    [
        # Plain lending may be cancelled; a term is committed unless it says otherwise.
        (Annual(), 0.1),
        (Annual(drawing="re_approved"), 0.0),
        (Annual(drawing="committed"), 0.4),
        (Term(kind="term", years=2.0), 0.4),
        (Term(kind="term", years=2.0, drawing="cancellable"), 0.1),
        (Term(kind="term", years=2.0, drawing="re_approved"), 0.0),
    ],
)
def test_what_is_not_drawn_counts_by_how_the_line_is_drawn(clause: Tenor, counted: float) -> None:
    assert conditions(clause, 0.1, 0.4)["conversion"] == counted


def test_only_a_term_may_cost_a_commitment_fee() -> None:
    fee = Term(kind="term", years=2.0, commitment_fee_rate=0.002)
    found = [conditions(one, 0.1, 0.4)["commitment_fee_rate"] for one in (fee, Annual())]
    assert found == [0.002, 0.0]
    with pytest.raises(ValidationError, match="commitment_fee_rate"):
        Term(kind="term", years=2.0, commitment_fee_rate=-0.001)
