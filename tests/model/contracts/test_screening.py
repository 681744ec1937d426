"""What the lender sees: files apart, one file, or a public score."""

import pytest

from sim.model.contracts.screening import OwnFile, Pooled, Score, Screening, conditions

NO_SCORE = (0.0, 0.0, 0.0, 0.0)
BY_STAGE = (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("clause", "pooled", "precision"),
    [
        (OwnFile(), 0, NO_SCORE),
        # Only one file is pooled, and a score is no file.
        (Pooled(kind="pooled"), 1, NO_SCORE),
        (Score(kind="score", precision=BY_STAGE), 0, BY_STAGE),
    ],
)
def test_a_score_adds_the_precision_of_its_stage_and_one_file_is_pooled(
    clause: Screening, pooled: int, precision: tuple[float, ...]
) -> None:
    assert conditions(clause) == {"pooled": pooled, "score_precision": precision}
