"""Each kind of clause as sentences for a banker.

One function a kind, found by the names of the clause and of the kind; it tells every term
of the clause.  Kinds without terms of their own are neutral and need no words.
"""

from collections.abc import Callable
from typing import Any

from sim.command.cover_words import cover
from sim.command.eligibility_words import listed
from sim.command.phrases import STAGES, joined, money, number, percent, span

Words = Callable[[Any], str]

_COUNTS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
_BASIS_POINTS = 10_000.0


def _against_own(concession: float) -> str:
    """Say how a rate stands against the lender's own."""
    if concession == 0.0:
        return "the lender's own"
    points = number(abs(round(_BASIS_POINTS * concession, 2)))
    side = "below" if concession > 0.0 else "above"
    return f"{points} basis points {side} the lender's own"


def _pooled(clause: Any) -> str:
    return "The lenders share one file and decide on all that any of them knows."


def _score(clause: Any) -> str:
    each = [f"{number(p)} for {s}" for p, s in zip(clause.precision, STAGES, strict=True)]
    return f"A public score adds to the bank's own file; its precision is {joined(each)}."


def _cash_flow(clause: Any) -> str:
    parts = []
    if clause.sales_share > 0.0:
        parts.append(f"sales ({number(clause.sales_share)} years of sales)")
    if clause.round_share > 0.0:
        parts.append(f"{percent(clause.round_share)} of the last equity round")
    words = "The line is as large as a secured one, without collateral."
    if parts:
        words = (
            f"The line rests on {joined(parts)}, without collateral; it is no smaller than a"
            " secured line."
        )
    if clause.cap_factor != 1.0:
        factor = number(clause.cap_factor)
        words += f" Each lender may lend {factor} times its cap for plain loans."
    return words


def _fixed_amount(clause: Any) -> str:
    return f"The line is {money(clause.amount)}, without collateral."


def _path(clause: Any) -> str:
    steps = [
        money(amount) + (f" from age {number(age)}" if age else " from the firm's first day")
        for amount, age in zip(clause.amounts, clause.from_years, strict=True)
    ]
    return f"The line follows a plan, without collateral: {joined(steps)}."


def _term(clause: Any) -> str:
    review = (
        "; lenders review it each year and may withdraw"
        if clause.reviewed
        else ", with no review before its end"
    )
    return f"The line runs for {span(clause.years)}{review}."


def _concession(clause: Any) -> str:
    return f"The rate is {_against_own(clause.concession_rate)}."


def _step(clause: Any) -> str:
    early = _against_own(clause.concession_rate)
    late = _against_own(-clause.surcharge_rate)
    return f"The rate is {early} for the first {span(clause.after_years)}, then {late}."


def _fixed_rate(clause: Any) -> str:
    return f"The rate is written in the contract: {percent(clause.rate)} a year."


def _relending(clause: Any) -> str:
    return (
        f"The central bank refinances {percent(clause.refinanced_share)} of the principal at"
        f" {percent(clause.rate)} a year, up to {money(clause.quota)} for every 1,000 firms;"
        " the credit risk stays with the bank."
    )


def _pledge(clause: Any) -> str:
    share = percent(clause.recovery_share)
    return f"A pledge, of patents for example, adds a recovery of {share} of what is owed."


def _proportional(clause: Any) -> str:
    shares = joined([percent(share) for share in clause.shares])
    many = f"{_COUNTS[len(clause.shares) - 1]} banks share income and losses"
    words = f"{many}: {shares}, lead bank first."
    if len(clause.shares) == 1:
        words = "One bank has all income and losses."
    if clause.delay_years > 0.0:
        words += f" Coordination takes {span(clause.delay_years)}."
    if clause.coordination_cost > 0.0:
        cost = money(clause.coordination_cost)
        words += f" Each further bank costs {cost} at signing and renewal."
    return f"{words} {cover(clause)}".strip()


def _subscription(clause: Any) -> str:
    """Tell how many shares may be bought and at what value."""
    parts = []
    if clause.stake is not None:
        parts.append(f"{percent(clause.stake)} of the firm")
    if clause.amount is not None:
        parts.append(f"for {money(clause.amount)}")
    if clause.coverage is not None:
        parts.append(f"for {percent(clause.coverage)} of the line")
    if clause.strike_valuation is not None:
        parts.append(f"at a value of {money(clause.strike_valuation)}")
    if clause.strike_multiple is not None:
        parts.append(f"at {number(clause.strike_multiple)} times its value at signing")
    shares = "" if clause.stake is not None else "shares of the firm "
    return shares + " ".join(parts)


def _warrant(clause: Any) -> str:
    gain = percent(clause.pass_through_share)
    return (
        f"A holder on the bank's side may buy {_subscription(clause)} when the firm is listed"
        f" or sold, within {span(clause.years)}; {gain} of a gain reaches the lenders. A right"
        f" that is still alive at its end is sold for {percent(clause.liquidity_share)} of its"
        " gain."
    )


def _swap(clause: Any) -> str:
    trigger = (
        f"{number(clause.trigger_multiple)} times its value at signing"
        if clause.trigger_multiple is not None
        else money(clause.trigger_valuation)
    )
    return (
        f"The bank holds a right to buy {_subscription(clause)}, for {span(clause.years)}. It"
        f" comes alive when the firm is worth {trigger}; the firm then chooses the cheaper of"
        " two ways: to let the right be used, or to bring the banking business that buys it"
        f" off. {percent(clause.pass_through_share)} of a gain reaches the lenders."
    )


def _royalty(clause: Any) -> str:
    return (
        f"The firm pays {percent(clause.sales_share)} of its sales until"
        f" {number(clause.cap_multiple)} times the line is paid."
    )


def _agreement(clause: Any) -> str:
    words = []
    if clause.priority_capture_share is not None:
        share = percent(clause.priority_capture_share)
        words.append(f"The firm promises priority: {share} of its banking business comes along.")
    if clause.demanded_capture_share is not None:
        share = percent(clause.demanded_capture_share)
        words.append(f"What buys the right off is {share} of that business.")
    if clause.listing_capture_share > 0.0:
        share = percent(clause.listing_capture_share)
        words.append(f"At a listing {share} of the proceeds stay at the bank.")
    if clause.break_cost_share > 0.0:
        words.append(f"Leaving costs the firm {percent(clause.break_cost_share)} of the line.")
    if clause.lenders_stand_still:
        words.append("No lender withdraws alone.")
    return " ".join(words) or "A cooperation agreement stands beside the loan."


def _referral(clause: Any) -> str:
    factor = number(clause.round_factor)
    return (
        "The bank brings investors: while the firm looks for money, equity rounds come"
        f" {factor} times as often."
    )


WORDS: dict[tuple[str, str], Words] = {
    ("eligibility", "listed"): listed,
    ("screening", "pooled"): _pooled,
    ("screening", "score"): _score,
    ("limit", "cash_flow"): _cash_flow,
    ("limit", "fixed"): _fixed_amount,
    ("limit", "path"): _path,
    ("tenor", "term"): _term,
    ("pricing", "concession"): _concession,
    ("pricing", "step"): _step,
    ("pricing", "fixed"): _fixed_rate,
    ("funding", "relending"): _relending,
    ("security", "pledge"): _pledge,
    ("loss_sharing", "sole"): cover,
    ("loss_sharing", "proportional"): _proportional,
    ("upside", "warrant"): _warrant,
    ("upside", "swap"): _swap,
    ("upside", "royalty"): _royalty,
    ("commitment", "agreement"): _agreement,
    ("introduction", "referral"): _referral,
}
"""The words of each kind, by clause and kind."""
