"""Regimes follow their chain or a stated path, and frailty is gamma with mean one."""

import math
from datetime import date as Date  # noqa: N812 -- a type among dates in years
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import gamma

from sim.base.draws import FRAILTY, replication_key, uniform_pair
from sim.model.economy.macro import Macro, frailty, macro_path, regime_names, time_share

KEYS = [replication_key(5, n) for n in range(1500)]
LONG = 6000.0
MOST = 4.0
"""Standard errors; one false alarm in sixteen thousand."""


def macro(**terms: Any) -> Macro:
    regimes = {"boom": {"mean_years": 3.0}, "bust": {"mean_years": 1.5}}
    usual = {"opening": "stationary", "frailty_variance": 0.2, "regime": regimes}
    return Macro.model_validate(usual | terms)


def stated(*steps: tuple[float, str], opening: str = "stationary") -> Macro:
    path = [{"years_from_start": date, "regime": name} for date, name in steps]
    return macro(path=path, opening=opening)


def stays(path: Any, code: int) -> Any:
    """Lengths of all stays in a regime that have ended."""
    dates = np.array([date for date, _ in path])
    codes = np.array([step for _, step in path[:-1]])
    return np.diff(dates)[codes == code]


# --- A stated path -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "start", "path"),
    [
        # The regime in force at the start opens the path.
        (stated((-9.0, "boom"), (2.0, "bust")), -3.0, ((-3.0, 0), (2.0, 1))),
        (stated((-9.0, "boom"), (-4.0, "bust")), -3.0, ((-3.0, 1),)),
        (stated((-3.0, "bust"), (1.0, "boom")), -3.0, ((-3.0, 1), (1.0, 0))),
        # Before its first step the opening holds, or else the first step itself.
        (stated((2.0, "bust"), opening="boom"), 0.0, ((0.0, 0), (2.0, 1))),
        (stated((2.0, "bust"), (4.0, "boom")), 0.0, ((0.0, 1), (2.0, 1), (4.0, 0))),
    ],
)
def test_a_stated_path_is_followed(rule: Macro, start: float, path: Any) -> None:
    assert macro_path(rule, (1, 2), start, 10.0) == path
    assert macro_path(rule, (3, 4), start, 10.0) == path


@pytest.mark.parametrize("dates", [(2.0, -9.0), (2.0, 2.0)])
def test_steps_out_of_order_or_of_one_date_are_refused(dates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"path\[1\].years_from_start: must be later"):
        stated(*((date, "boom") for date in dates))


def test_a_code_is_the_place_of_a_name() -> None:
    assert regime_names(macro()) == ("boom", "bust")
    three = {name: {"mean_years": 1.0} for name in ("c", "a", "b")}
    assert regime_names(macro(regime=three)) == ("c", "a", "b")


# --- The chain ---------------------------------------------------------------------------


def test_a_path_begins_at_the_start_and_changes_regime_at_every_date() -> None:
    for key in KEYS[:50]:
        path = macro_path(macro(), key, -12.0, 15.0)
        dates, codes = zip(*path, strict=True)
        assert dates[0] == -12.0
        assert all(a < b for a, b in pairwise(dates))
        assert dates[-1] < 15.0
        assert all(a != b for a, b in pairwise(codes))


@pytest.mark.parametrize(("opening", "code"), [("boom", 0), ("bust", 1)])
def test_a_named_opening_opens(opening: str, code: int) -> None:
    assert {macro_path(macro(opening=opening), key, 0.0, 1.0)[0][1] for key in KEYS} == {code}


def test_a_single_regime_never_ends() -> None:
    alone = macro(regime={"calm": {"mean_years": 0.1}})
    assert macro_path(alone, (1, 2), -3.0, 100.0) == ((-3.0, 0),)


def test_a_longer_horizon_only_goes_on() -> None:
    short = macro_path(macro(), (1, 2), 0.0, 10.0)
    assert macro_path(macro(), (1, 2), 0.0, 40.0)[: len(short)] == short


@pytest.mark.parametrize(("code", "mean"), [(0, 3.0), (1, 1.5)])
def test_stays_are_exponential_with_the_stated_mean(code: int, mean: float) -> None:
    lengths = stays(macro_path(macro(), (1, 2), 0.0, LONG), code)
    n = lengths.size
    assert n > 1000
    # Mean and standard deviation are both the mean; the chance to outlast it is 1/e.
    assert abs(lengths.mean() - mean) < MOST * mean / math.sqrt(n)
    p = math.exp(-1.0)
    assert abs((lengths > mean).mean() - p) < MOST * math.sqrt(p * (1.0 - p) / n)


def test_opening_regimes_have_their_stationary_shares() -> None:
    # 3 and 1.5 years: two thirds of the openings in a boom.
    booms = np.array([macro_path(macro(), key, 0.0, 0.1)[0][1] == 0 for key in KEYS])
    p = 2.0 / 3.0
    assert abs(booms.mean() - p) < MOST * math.sqrt(p * (1.0 - p) / booms.size)


def test_time_is_spent_in_stationary_shares() -> None:
    path = macro_path(macro(), (3, 4), 0.0, LONG)
    p, q, speed = 2.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0 + 1.0 / 1.5
    # The indicator of a two-state chain has autocovariance p q exp(-speed t).
    sd = math.sqrt(2.0 * p * q / (speed * LONG))
    assert abs(time_share(path, 0, 0.0, LONG) - p) < MOST * sd


def test_of_three_regimes_each_other_one_follows_with_equal_odds() -> None:
    means = {"a": 1.0, "b": 2.0, "c": 5.0}
    three = macro(regime={name: {"mean_years": mean} for name, mean in means.items()})
    codes = np.array([code for _, code in macro_path(three, (7, 8), 0.0, LONG)])
    for code in range(3):
        after = codes[1:][codes[:-1] == code]
        share = (after == (code + 1) % 3).mean()
        assert abs(share - 0.5) < MOST * 0.5 / math.sqrt(after.size)
    opening = np.array([macro_path(three, key, 0.0, 0.1)[0][1] for key in KEYS])
    for code, mean in enumerate(means.values()):
        p = mean / 8.0
        sd = math.sqrt(p * (1.0 - p) / opening.size)
        assert abs((opening == code).mean() - p) < MOST * sd


@pytest.mark.parametrize(
    ("start", "end", "booms"),
    [(0.0, 10.0, 0.5), (0.0, 2.0, 1.0), (2.0, 5.0, 0.0), (1.0, 6.0, 0.4), (20.0, 30.0, 1.0)],
)
def test_the_share_of_time_is_that_of_the_window(start: float, end: float, booms: float) -> None:
    path = ((0.0, 0), (2.0, 1), (5.0, 0), (6.0, 1), (8.0, 0))
    assert time_share(path, 0, start, end) == pytest.approx(booms)
    assert time_share(path, 1, start, end) == pytest.approx(1.0 - booms)


def test_an_empty_window_has_no_share() -> None:
    assert time_share(((0.0, 0),), 0, 3.0, 3.0) == 0.0


# --- Frailty -----------------------------------------------------------------------------


@pytest.mark.parametrize("variance", [0.05, 0.2, 1.0])
def test_frailty_has_mean_one_and_its_variance(variance: float) -> None:
    rule = macro(frailty_variance=variance)
    years = np.array([frailty(rule, (1, 2), year) for year in range(-1000, 3000)])
    n = years.size
    assert np.all(years > 0.0)
    assert abs(years.mean() - 1.0) < MOST * math.sqrt(variance / n)
    # Gamma with shape 1/v: excess kurtosis 6 v, so the squared deviation has variance
    # v**2 (2 + 6 v).
    sd = variance * math.sqrt((2.0 + 6.0 * variance) / n)
    assert abs(((years - 1.0) ** 2).mean() - variance) < MOST * sd
    assert abs(np.corrcoef(years[1:], years[:-1])[0, 1]) < MOST / math.sqrt(n)


def test_variance_one_is_the_exponential_distribution() -> None:
    factor = np.array([frailty(macro(frailty_variance=1.0), key, 3) for key in KEYS])
    for level in (0.1, 0.7, 2.0):
        p = math.exp(-level)
        sd = math.sqrt(p * (1.0 - p) / factor.size)
        assert abs((factor > level).mean() - p) < MOST * sd


def test_without_variance_every_year_is_like_the_others() -> None:
    assert {frailty(macro(frailty_variance=0.0), (1, 2), year) for year in range(-9, 9)} == {1.0}


def test_more_luck_is_a_worse_year() -> None:
    for year in range(-5, 5):
        u, _ = uniform_pair(1, 2, 0, FRAILTY, year, 0)
        expected = gamma.ppf(u, 5.0, scale=0.2)
        assert frailty(macro(), (1, 2), year) == pytest.approx(expected, rel=1e-9)


def test_more_variance_spreads_the_same_luck() -> None:
    # Years of good luck get better and years of bad luck worse, not others.
    mild, wild = (
        np.array([frailty(macro(frailty_variance=v), (1, 2), year) for year in range(200)])
        for v in (0.05, 0.5)
    )
    assert np.array_equal(np.argsort(mild), np.argsort(wild))


# --- What is refused ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"regime": {}}, "must name at least one regime"),
        ({"opening": "bom"}, '"bom" is no regime'),
        ({"path": [{"years_from_start": 0.0, "regime": "bost"}]}, '"bost" is no regime'),
        ({"frailty_variance": -0.1}, "at least 0"),
        ({"regime": {"boom": {"mean_years": 0.0}}, "opening": "boom"}, "above 0"),
        ({"regime": {"boom": {"mean_years": 1.0, "setback": -1.0}}}, "at least 0"),
    ],
)
def test_what_makes_no_sense_is_refused(terms: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        macro(**terms)


# --- Stressed spells ---------------------------------------------------------------------


def with_spell(*ends: float, depth: float = 1.0, **terms: Any) -> Macro:
    start, end = ends
    return macro(spell=[bust(start, end - start) | {"frailty": depth}], **terms)


def bust(start: float, years: float) -> dict[str, Any]:
    return {"years_from_start": start, "length_years": years, "regime": "bust"}


def code_at(path: Any, date: float) -> int:
    return [code for since, code in path if since <= date][-1]


def test_a_spell_covers_its_time_and_leaves_all_other_time_to_the_chain() -> None:
    dates = np.arange(-5.0, 20.0, 0.05) + 0.012
    for key in KEYS[:50]:
        own = macro_path(macro(), key, -5.0, 20.0)
        laid = macro_path(with_spell(2.0, 4.5), key, -5.0, 20.0)
        for date in dates:
            expected = 1 if 2.0 <= date < 4.5 else code_at(own, date)
            assert code_at(laid, date) == expected
        assert [date for date, _ in laid] == sorted({date for date, _ in laid})


def test_a_spell_to_the_end_of_time_is_cut_there() -> None:
    path = macro_path(with_spell(2.0, 99.0), (1, 2), 0.0, 4.0)
    assert path[-1][0] < 4.0
    assert path[-1][1] == 1


def test_stress_raises_years_by_the_part_that_it_covers() -> None:
    rule = with_spell(1.5, 3.25, depth=3.0)
    for year, factor in ((0, 1.0), (1, 2.0), (2, 3.0), (3, 1.5), (4, 1.0)):
        base = frailty(macro(), (1, 2), year)
        assert frailty(rule, (1, 2), year) == pytest.approx(factor * base)
    path = [
        {"years_from_start": -9.0, "regime": "boom"},
        {"years_from_start": 2.0, "regime": "bust", "frailty": 2.0},
        {"years_from_start": 4.0, "regime": "boom"},
    ]
    calm = macro(path=path, frailty_variance=0.0)
    assert [frailty(calm, (1, 2), year) for year in (1, 2, 3, 4)] == [1.0, 2.0, 2.0, 1.0]


@pytest.mark.parametrize(
    "spells",
    [
        [(2.0, 0.0)], [(3.0, -1.0)], [(1.0, 2.0), (2.0, 2.0)], [(4.0, 1.0), (2.0, 1.0)],
    ],
)  # fmt: skip
def test_spells_that_are_empty_or_overlap_are_refused(spells: Any) -> None:
    with pytest.raises(ValidationError, match="must"):
        macro(spell=[bust(*spell) for spell in spells])


def test_spells_that_follow_each_other_on_the_day_do_not_overlap() -> None:
    dated = [
        {"date": date, "length_years": 0.5, "regime": "bust"}
        for date in (Date(2021, 7, 1), Date(2022, 1, 1))
    ]
    assert len(macro(spell=dated).spell) == 2
    with pytest.raises(ValidationError, match="has ended"):
        macro(spell=[dated[0] | {"length_years": 0.6}, dated[1]])


# --- The years before, in which a run settles ------------------------------------------------


def test_a_longer_past_adds_to_a_path_and_changes_none_of_it() -> None:
    for key in KEYS[:50]:
        stated = macro_path(macro(), key, -2.0, 20.0)
        short = macro_path(macro(), key, -2.0, 20.0, settling=30.0)
        longer = macro_path(macro(), key, -2.0, 20.0, settling=90.0)
        assert short[0][0] == -32.0
        assert longer[0][0] == -92.0
        assert short[len(short) - len(stated) + 1 :] == stated[1:]
        assert longer[len(longer) - len(short) + 1 :] == short[1:]
        codes = [code for _, code in longer]
        assert all(a != b for a, b in pairwise(codes))


def test_followed_back_the_chain_is_the_same_chain() -> None:
    means = {"a": 1.0, "b": 2.0, "c": 5.0}
    three = macro(regime={name: {"mean_years": mean} for name, mean in means.items()})
    path = macro_path(three, (7, 8), 0.0, 1.0, settling=LONG)
    codes = np.array([code for date, code in path if date < 0.0])
    for code, mean in enumerate(means.values()):
        lengths = stays(path, code)
        assert abs(lengths.mean() - mean) < MOST * mean / math.sqrt(lengths.size)
        after = codes[1:][codes[:-1] == code]
        assert abs((after == (code + 1) % 3).mean() - 0.5) < MOST * 0.5 / math.sqrt(after.size)


def test_a_single_regime_has_always_been() -> None:
    alone = macro(regime={"calm": {"mean_years": 0.1}})
    assert macro_path(alone, (1, 2), -3.0, 9.0, settling=50.0) == ((-53.0, 0),)
