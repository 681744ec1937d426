"""The interval of a difference, as replications are added."""

import dataclasses

import numpy as np
import pytest

from sim.analysis.compare import compare
from sim.base.errors import OutcomeError
from sim.report.figures.narrowing import FEWEST, narrowing, narrowing_data
from tests.synthetic import ARRANGEMENTS, outcomes

NAMES = ["firm.survival_5y", "bank.raroc"]


def test_the_last_interval_is_that_of_the_comparison():
    data = narrowing_data(outcomes(), NAMES)
    expected = compare(outcomes(), "plain").frame().set_index(["outcome", "arrangement"])
    last = data[data["replications"] == 40]
    assert len(last) == len(NAMES) * (len(ARRANGEMENTS) - 1)
    for row in last.itertuples():
        want = expected.loc[(row.outcome, row.arrangement)]
        assert [row.difference, row.low, row.high] == pytest.approx(
            [want["difference"], want["low"], want["high"]]
        )


def test_marks_begin_with_a_few_and_use_the_first_replications_alone():
    data = narrowing_data(outcomes(), NAMES[:1], baseline="consortium")
    first = data[data["replications"] == FEWEST].set_index("arrangement")
    assert data["replications"].min() == FEWEST
    table = outcomes().table(NAMES[0]).iloc[:FEWEST]
    gaps = table["plain"] - table["consortium"]
    assert first.loc["plain", "difference"] == pytest.approx(gaps.mean())


def test_half_widths_fall_with_the_root_of_the_number():
    data = narrowing_data(outcomes(400), NAMES[:1])
    own = data[data["arrangement"] == "revenue_swap"].set_index("replications")
    half = (own["high"] - own["low"]) / 2
    counts = [min(own.index, key=lambda n, c=c: abs(n - c)) for c in (100, 400)]
    # A spread from 100 values has an error of 7 %; the tolerance is just under three of them.
    ratio = half[counts[0]] / half[counts[1]]
    assert ratio == pytest.approx(np.sqrt(counts[1] / counts[0]), rel=0.2)


def test_every_outcome_has_a_panel_and_the_note_counts():
    figure = narrowing(outcomes(), NAMES)
    assert len(figure.axes) == len(NAMES)
    assert "40 replications" in figure.note
    assert figure.axes[-1].get_xlabel() == "Replications"
    assert len(figure.legends[0].get_texts()) == len(ARRANGEMENTS) - 1


def test_an_unknown_outcome_is_refused():
    with pytest.raises(OutcomeError, match="raro"):
        narrowing(outcomes(), ["bank.raro"])


def test_a_run_without_anything_to_compare_is_refused_in_words():
    tidy = outcomes().tidy
    tidy = tidy[tidy["arrangement"] == "plain"]
    alone = dataclasses.replace(outcomes(), tidy=tidy, arrangements=("plain",))
    with pytest.raises(OutcomeError, match="needs two arrangements"):
        narrowing(alone, NAMES)
    # It has no value under plain lending.
    with pytest.raises(OutcomeError, match="no pair is defined"):
        narrowing(outcomes(), ["cycle.crossover_years"])
