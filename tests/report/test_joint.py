"""Headlines that hold together are said by rule, from the numbers of the comparison."""

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.compare import Comparison, compare
from sim.analysis.estimates import holm
from sim.base.language import language
from sim.report.figures.selection import HEADLINES
from sim.report.joint import MOST_NAMED, joint_sentence, judged_together, mark_joint
from tests import synthetic


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(synthetic.outcomes(40))


def with_p_values(comparison: Comparison, p_values: list[float]) -> Comparison:
    """The first headlines have these p-values and are ranked, all others are not."""
    rows, attributes = comparison.rows.copy(), comparison.attributes.copy()
    rows["verdict"], attributes["p_value"] = "no ranking: interval covers zero", 0.9
    own = np.flatnonzero(rows["outcome"].isin(HEADLINES))[: len(p_values)]
    rows.loc[own, "verdict"], attributes.loc[own, "p_value"] = "better (higher)", p_values
    return replace(comparison, rows=rows, attributes=attributes)


def test_only_headlines_are_judged_and_all_that_have_a_test(comparison):
    found = judged_together(comparison)
    assert {name for name, _ in found.tested} <= set(HEADLINES)
    assert found.together <= found.alone <= found.tested
    assert found.together


def test_what_holds_together_is_what_holm_leaves(comparison):
    made = with_p_values(comparison, [1e-9, 0.0004, 0.03])
    found = judged_together(made)
    count = len(found.tested)
    wanted = holm([1e-9, 0.0004, 0.03] + [0.9] * (count - 3), 0.05)
    assert (len(found.alone), len(found.together)) == (3, int(wanted.sum())) == (3, 2)
    words = joint_sentence(made)
    assert f"Of the {count} differences in headlines 3 are clear of zero at 95 %" in words
    assert "2 hold together (‡, Holm)" in words
    assert "at most 5 %" in words
    (only,) = found.alone - found.together
    assert "Clear by themselves only: " in words
    assert words.endswith(".")
    row = {"name": only[0], "cells": {only[1]: {}, "nobody": {}}}
    mark_joint(row, found.together)
    assert [cell["joint"] for cell in row["cells"].values()] == [False, False]


def test_a_page_without_a_clear_headline_says_so(comparison):
    assert "None of the" in joint_sentence(with_p_values(comparison, []))


def test_of_many_only_the_first_are_named(comparison):
    words = joint_sentence(with_p_values(comparison, [0.049] * (MOST_NAMED + 3)))
    assert "0 hold together" in words
    assert "and 3 more" in words


def test_the_sentence_is_written_in_chinese(comparison):
    with language("zh"):
        words = joint_sentence(comparison)
    assert "Holm 法" in words
    assert "differences" not in words
