"""Who enters when: neither history nor horizon nor number changes a firm or a density."""

import numpy as np
import pytest

from sim.base.errors import ScenarioError
from sim.engine.entrants import PLACES, entrants, entries_in, year_of
from sim.engine.world import new_world
from tests.engine.hand import shipped

KEY = (1, 2)


def flow(**values):
    """A population that so many enter by the year."""
    given = {"population.firms": 40, "population.entry_rate": 0.1} | values
    return shipped().with_values(given).population


def test_a_longer_span_has_the_same_firms_and_further_ones():
    short, dates = entries_in(flow(), KEY, (-3.5, 2.25))
    longer, longer_dates = entries_in(flow(), KEY, (-60.0, 30.0))
    inside = (longer_dates >= -3.5) & (longer_dates < 2.25)
    assert longer[inside].tolist() == short.tolist()
    assert longer_dates[inside].tobytes() == dates.tobytes()
    assert longer.size == 4 * 90


def test_spans_that_follow_one_another_leave_nobody_out_and_nobody_twice():
    parts = [entries_in(flow(), KEY, span)[0] for span in ((-9.3, -2.1), (-2.1, 0.0), (0.0, 4.7))]
    whole, _ = entries_in(flow(), KEY, (-9.3, 4.7))
    assert sorted(np.concatenate(parts)) == sorted(whole)


def test_more_entries_a_year_leave_those_of_before_as_they_are():
    few, dates = entries_in(flow(), KEY, (-2.0, 3.0))
    more, more_dates = entries_in(flow(**{"population.firms": 70}), KEY, (-2.0, 3.0))
    assert more_dates[np.isin(more, few)].tobytes() == dates.tobytes()
    assert np.isin(few, more).all()


def test_small_populations_at_successive_places_are_the_firms_of_a_large_one():
    large, dates = entries_in(flow(**{"population.firms": 120}), KEY, (-2.0, 3.0))
    parts = [
        entries_in(flow(**{"population.first_place": n}), KEY, (-2.0, 3.0)) for n in (0, 4, 8)
    ]
    firms, entry = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.argsort(firms)
    assert firms[order].tolist() == large.tolist()
    assert entry[order].tobytes() == dates.tobytes()


def test_entries_are_a_whole_number_a_year_that_is_right_in_the_long_run():
    years = year_of(entrants(2.3, -10.0, 10.0))
    counts = np.bincount(years + 10, minlength=20)
    assert counts.sum() == 46
    assert set(counts.tolist()) == {2, 3}


def test_every_address_fits_a_word_of_the_generator():
    for year in (-200, 200):
        (last,) = entrants(1.0, year, year + 1)
        assert 0 < last + 2**PLACES < 2**32
        assert year_of(last) == year


def test_a_stock_and_entries_a_year_that_go_with_it_are_the_same_population():
    by_stock = flow()
    by_year = flow(**{"population.firms": 7, "population.entries_a_year": 4.0})
    assert (by_stock.entries, by_stock.stock) == (by_year.entries, by_year.stock) == (4.0, 40.0)


def test_without_entries_by_the_year_their_number_is_closed():
    closed = flow(**{"population.entry_rate": 0.0, "population.initial_share": 1.0})
    streams, dates = entries_in(closed, KEY, (-3.0, 5.0))
    assert streams.tolist() == list(range(40))
    assert set(dates) == {-3.0}


def test_firms_of_the_first_day_are_there_beside_those_who_enter():
    streams, dates = entries_in(flow(**{"population.initial_share": 1.0}), KEY, (-3.0, 5.0))
    assert (dates == -3.0).sum() == 40
    assert streams.size == np.unique(streams).size == 40 + 4 * 8


@pytest.mark.parametrize(
    "values",
    [
        {"population.entries_a_year": 5.0, "population.entry_rate": 0.0},
        {"population.firms": 10**8},
        {"population.first_place": 2**20 - 3},
    ],
)
def test_entries_without_a_rate_and_more_than_there_are_addresses_are_refused(values):
    with pytest.raises(ScenarioError):
        flow(**values)


def test_the_rows_of_a_world_follow_from_entries():
    values = {"population.firms": 40, "population.entry_rate": 0.1,
              "experiment.warm_up_years": 2.0, "experiment.horizon_years": 3.0}  # fmt: skip
    w = new_world(shipped().with_values(values), 0)
    assert w.firms.firm.tolist() == list(range(20))
    assert np.unique(w.firms.stream).size == 20
    assert w.roster.shape[0] == w.posted.shape[0] == 20
