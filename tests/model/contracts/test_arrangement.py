"""An arrangement is its clauses, and plain where all of them are neutral."""

from typing import Any

import pytest
from pydantic import ValidationError

from sim.model.contracts.arrangement import (
    CLAUSES,
    PLAIN,
    Arrangement,
    differing_clauses,
    is_plain,
)

SWAP: dict[str, Any] = {
    "commitment": {"kind": "agreement", "promised_move_hazard": 0.43},
    "tenor": {"kind": "term", "years": 3.0},
    "limit": {"kind": "cash_flow", "sales_share": 0.5, "round_share": 0.1},
}


def test_the_clauses_stand_in_the_order_of_the_book() -> None:
    assert CLAUSES == (
        "eligibility", "screening", "limit", "tenor", "pricing", "funding", "security",
        "loss_sharing", "upside", "commitment", "introduction", "term_loan", "bond", "lease",
        "trust_loan", "fund_equity",
    )  # fmt: skip


def test_an_empty_table_is_plain_lending() -> None:
    assert Arrangement.model_validate({}) == PLAIN
    assert is_plain(Arrangement())
    assert not is_plain(Arrangement.model_validate(SWAP))


def test_differences_are_told_in_the_order_of_the_book_and_in_both_directions() -> None:
    swap = Arrangement.model_validate(SWAP)
    assert differing_clauses(PLAIN, swap) == ("limit", "tenor", "commitment")
    assert differing_clauses(swap, PLAIN) == ("limit", "tenor", "commitment")
    assert differing_clauses(swap, swap) == ()


def test_a_number_inside_a_clause_makes_it_differ() -> None:
    longer = SWAP | {"tenor": {"kind": "term", "years": 3.1}}
    one, two = Arrangement.model_validate(SWAP), Arrangement.model_validate(longer)
    assert differing_clauses(one, two) == ("tenor",)


def test_a_neutral_value_that_is_written_out_is_still_plain() -> None:
    assert is_plain(Arrangement.model_validate({"loss_sharing": {"kind": "sole"}}))
    # A kind of its own that happens to change nothing is another contract.
    assert not is_plain(Arrangement.model_validate({"tenor": {"kind": "term", "years": 1.0}}))


def test_unknown_clauses_and_changes_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Arrangement.model_validate({"tenors": {"kind": "annual"}})
    with pytest.raises(ValidationError, match="frozen"):
        PLAIN.tenor = PLAIN.tenor  # type: ignore[misc]
