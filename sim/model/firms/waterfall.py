"""Who is paid in which order from what a failed firm leaves, or from the price of one sold.

1. An asset pays those who own or hold it, in proportion to their claims; what is left of it goes
   to the estate, what is missing is an unsecured claim.
2. The estate pays unsecured claims rank by rank, each rank in full before the next, and in one
   rank in proportion.
3. Shares: each holder has its preference, or its part of what is shared out in common, whichever
   is more; preferences that cannot all be paid are paid in proportion.

Amounts come as tuples or arrays with one place for each claim. What the estate brings is given as
a share of all unsecured claims, so that one claim alone has that share of it to the last bit.

References
----------
Enterprise Bankruptcy Law of China, articles 109, 110 and 113; Civil Code, articles 745 and 758,
for leases.
"""

from typing import Any


def from_asset(value: float, claim: float, together: float) -> float:
    """What an asset pays on a claim, CNY million; `together` are all claims on the asset.

    Examples
    --------
    >>> from_asset(9.0, 12.0, 12.0), from_asset(9.0, 12.0, 36.0), from_asset(9.0, 5.0, 5.0)
    (9.0, 3.0, 5.0)
    """
    return min(value * (claim / together), claim) if together > 0.0 else 0.0


def sum_of(amounts: Any) -> float:
    """All amounts together."""
    total = 0.0
    for n in range(len(amounts)):
        total += amounts[n]
    return total


def dividend(n: int, share: float, claims: Any, ranks: Any) -> float:
    """Part of unsecured claim `n` that the estate pays.

    Parameters
    ----------
    n : int
    share : float
        What the estate brings, over all unsecured claims together.
    claims : sequence of float, CNY million
        Unsecured claims.
    ranks : sequence of int
        1 is paid first.

    Examples
    --------
    >>> [round(dividend(n, 0.5, (10.0, 30.0, 10.0), (1, 2, 2)), 3) for n in range(3)]
    [1.0, 0.375, 0.375]
    """
    total = senior = own = 0.0
    for other in range(len(claims)):
        total += claims[other]
        if ranks[other] < ranks[n]:
            senior += claims[other]
        if ranks[other] == ranks[n]:
            own += claims[other]
    if own <= 0.0:
        return 1.0
    return min(max((share - senior / total) * (total / own), 0.0), 1.0)


def of_shares(n: int, value: float, stakes: Any, preferences: Any) -> float:
    """What holder `n` has of the value of all shares, CNY million.

    Parameters
    ----------
    n : int
    value : float, CNY million
    stakes : sequence of float, shares
        They sum to one.
    preferences : sequence of float, CNY million
        What each may take in the place of its share; zero for common shares.

    Examples
    --------
    >>> [of_shares(n, 60.0, (0.75, 0.25), (0.0, 20.0)) for n in range(2)]
    [40.0, 20.0]
    """
    preferred = sum_of(preferences)
    if value <= preferred:
        return value * (preferences[n] / preferred) if preferred > 0.0 else 0.0
    price = common_price(value, stakes, preferences)
    return max(stakes[n] * price, preferences[n])


def common_price(value: float, stakes: Any, preferences: Any) -> float:
    """Price of all shares at which those who share in common do, CNY million.

    Holders give their preference up one after another, who has least of it for a share first, as
    long as the price that results is not below what each gives up.
    """
    best, most = 0.0, -1.0
    for last in range(len(stakes)):
        if stakes[last] > 0.0:
            given_up = preferences[last] / stakes[last]
            common, left = 0.0, value
            for n in range(len(stakes)):
                if preferences[n] <= given_up * stakes[n]:
                    common += stakes[n]
                else:
                    left -= preferences[n]
            price = left / common
            if price >= given_up > most:
                best, most = price, given_up
    return best
