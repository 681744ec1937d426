"""Who is paid from what a failed firm leaves, and from the price of one that is sold."""

import pytest

from sim.model.firms.waterfall import dividend, from_asset, of_shares, sum_of
from tests.oracles.values import cases

CLAIMS = (12.0, 8.0, 20.0, 6.0, 10.0, 5.0)
RANKS = (1, 1, 1, 1, 1, 2)
HELD = ("plant", "", "", "machines", "patents", "")


@pytest.mark.parametrize(("given", "value"), cases("claims.equity"))
def test_shares_are_worth_what_a_fixed_point_of_conversion_gives(given, value):
    stakes, preferences = (0.6, 0.25, 0.15), (0.0, 10.0, 12.0)
    paid = [of_shares(n, given["rest"], stakes, preferences) for n in range(3)]
    assert paid == pytest.approx(value, abs=1e-7)
    assert sum(paid) == pytest.approx(given["rest"])


def stacked(estate: float, assets: dict[str, float]) -> list[float]:
    """What each claim is paid, and what is left for shares."""
    secured = [
        from_asset(assets[asset], claim, claim) if asset else 0.0
        for claim, asset in zip(CLAIMS, HELD, strict=True)
    ]
    estate += sum(assets.values()) - sum(secured)
    rest = [claim - paid for claim, paid in zip(CLAIMS, secured, strict=True)]
    share = estate / sum_of(rest)
    more = [rest[n] * dividend(n, share, rest, RANKS) for n in range(len(rest))]
    return [*map(sum, zip(secured, more, strict=True)), estate - sum(more)]


@pytest.mark.parametrize(
    ("given", "value"),
    [*cases("claims.6"), *cases("claims.20"), *cases("claims.36")],
)
def test_claims_are_paid_as_a_search_for_each_dividend_gives(given, value):
    assets = {name: given[name] for name in ("plant", "machines", "patents")}
    assert stacked(given["estate"], assets) == pytest.approx(value, abs=1e-7)


def test_one_claim_alone_has_the_share_of_the_estate_to_the_last_bit():
    for claim in (0.1, 7.3, 1e-9, 3e5):
        assert dividend(0, 0.3, (claim, 0.0, 0.0), (1, 1, 1)) == 0.3
        assert from_asset(0.7, claim, claim) == min(0.7, claim)


def test_nobody_is_paid_more_than_the_claim_nor_less_than_nothing():
    claims, ranks = (4.0, 2.0, 0.0), (1, 2, 3)
    assert [dividend(n, 9.0, claims, ranks) for n in range(3)] == [1.0, 1.0, 1.0]
    assert [dividend(n, 0.0, claims, ranks) for n in range(3)] == [0.0, 0.0, 1.0]
    assert from_asset(5.0, 0.0, 0.0) == 0.0
    assert of_shares(0, 0.0, (1.0,), (0.0,)) == 0.0
