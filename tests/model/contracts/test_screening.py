"""What the lender sees: files apart, one file, or a public score."""

import numpy as np
import pytest

from sim.model.contracts.screening import OwnFile, Pooled, Score, added_precision, is_pooled

STAGE = np.array([0, 3, 1])


def test_a_score_adds_the_precision_of_its_stage() -> None:
    score = Score(kind="score", precision=(0.1, 0.2, 0.3, 0.4))
    assert added_precision(score, STAGE).tolist() == [0.1, 0.4, 0.2]


@pytest.mark.parametrize("clause", [OwnFile(), Pooled(kind="pooled")])
def test_without_a_score_nothing_is_added(clause: OwnFile | Pooled) -> None:
    assert added_precision(clause, STAGE).tolist() == [0.0, 0.0, 0.0]


def test_only_one_file_is_pooled() -> None:
    assert is_pooled(Pooled(kind="pooled"))
    assert not is_pooled(OwnFile())
    assert not is_pooled(Score(kind="score", precision=(1.0, 1.0, 1.0, 1.0)))
