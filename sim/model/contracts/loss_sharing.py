"""Who bears credit losses, and who earns the interest?

Neutral: the bank that wins the loan (or several side by side, each for its own line). In a
consortium banks share income and losses in fixed proportions, lead first. Beside them a
guarantor, an insurer, a trust or a lessor may bear part of the loss for a fee on the balance;
they lend nothing. Lenders may keep a first loss, and what protection providers pay may be capped:
together for one default, each for one firm's line and for one calendar year, and by capital, which
claims use up and fees replenish. A cap of a year is a share of the balances that a provider covers
on 1 January; in a year that begins before it covers any there is none. The lessor owns equipment
worth its part of the loan and sells it after a default. These are the terms; the rule that shares
a loss by them is `sim.model.firms.loss_sharing`. Source: ZJ06, ZJ08, ZJ12, MK22, AH27.
"""

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.base.columns import Column
from sim.base.parameter import (
    SUM_TOLERANCE,
    Broken,
    Frozen,
    NonNegative,
    Share,
    no_whole,
    param,
    stated_amount,
)
from sim.model.firms import record
from sim.model.firms.loss_sharing import PROVIDERS, parts_of

MOST_LENDERS = record.MOST_LENDERS


Payer = Literal["bank", "firm", "public"]
"""The lenders, by share; the firm; public money."""


class Cover(Frozen):
    """What protection providers bear of a loss, and what they are paid for it."""

    guaranteed_share: Share = param(0.0, unit="share of loss", meaning="borne by a guarantor")
    guarantee_fee_rate: NonNegative = param(
        0.0, unit="per year", meaning="guarantor's fee on the balance", high=1
    )
    guarantee_fee_payer: Payer = param("bank", unit="", meaning="who pays the guarantor's fee")
    guarantee_cap_per_firm: NonNegative | None = stated_amount(
        None,
        unit="CNY million",
        meaning="most of one firm's line that the guarantor covers",
        words="The guarantor covers at most {value} of one firm's line.",
    )
    guarantee_cap_per_year_share: NonNegative | None = param(
        None,
        unit="share of the balances that it covers on 1 January",
        meaning="most that the guarantor pays in a calendar year",
        words="In a calendar year the guarantor pays at most {value} of what it covers on"
        " 1 January.",
    )
    guarantor_capital: NonNegative | None = param(
        None,
        unit="CNY million per 1,000 firms",
        meaning="what the guarantor can pay beside the fees that it earns",
        words="The guarantor has {value} of capital for every 1,000 firms, beside its fees.",
    )
    reguaranteed_share: Share = param(
        0.0,
        unit="share of what the guarantor pays",
        meaning="paid back by a re-guarantor",
        words="A re-guarantor pays the guarantor {value} of its payments back.",
    )
    reguaranteed_share_high_tech: Share | None = param(
        None,
        unit="share of what the guarantor pays",
        meaning="paid back by a re-guarantor where the firm is a high-tech enterprise at signing,"
        " if it is another share",
        words="For a high-tech enterprise it is {value}.",
    )
    reguarantee_fee_rate: NonNegative = param(
        0.0,
        unit="per year",
        meaning="the guarantor's fee on what is re-guaranteed",
        high=1,
        words="The guarantor pays {value} a year on what is re-guaranteed.",
    )
    reguarantee_small_line: NonNegative = stated_amount(
        0.0,
        unit="CNY million",
        meaning="largest line on which the re-guarantor asks the fee on small lines",
        words="Lines up to {value} are small to the re-guarantor.",
    )
    reguarantee_small_fee_rate: NonNegative = param(
        0.0,
        unit="per year",
        meaning="the guarantor's fee on what is re-guaranteed of a small line",
        high=1,
        words="On small lines it is {value} a year.",
    )
    reguarantee_cap_per_year_share: NonNegative | None = param(
        None,
        unit="share of the balances that it covers on 1 January",
        meaning="most that the re-guarantor pays in a calendar year",
        words="In a calendar year the re-guarantor pays at most {value} of what it covers on"
        " 1 January.",
    )
    insured_share: Share = param(0.0, unit="share of loss", meaning="borne by an insurer")
    insurance_fee_rate: NonNegative = param(
        0.0, unit="per year", meaning="premium on the balance", high=1
    )
    insurance_fee_payer: Payer = param("bank", unit="", meaning="who pays the premium")
    insurer_bears_rest: bool = param(
        False,
        unit="",
        meaning="whether the insurer bears its share of what the others leave",
        words="The insurer bears its share of what the others leave.",
    )
    insurance_deductible: NonNegative = stated_amount(
        0.0,
        unit="CNY million",
        meaning="loss of one default that the insurer leaves to others",
        words="The insurer leaves the first {value} of a loss to others.",
    )
    insurance_cap_per_default: NonNegative | None = stated_amount(
        None,
        unit="CNY million",
        meaning="most that the insurer pays for one default",
        words="The insurer pays at most {value} for one default.",
    )
    insurance_cap_per_year_share: NonNegative | None = param(
        None,
        unit="share of the balances that it covers on 1 January",
        meaning="most that the insurer pays in a calendar year",
        words="In a calendar year the insurer pays at most {value} of what it covers on"
        " 1 January.",
    )
    insurer_capital: NonNegative | None = param(
        None,
        unit="CNY million per 1,000 firms",
        meaning="what the insurer can pay beside the premiums that it earns",
        words="The insurer has {value} of capital for every 1,000 firms, beside its premiums.",
    )
    trust_share: Share = param(0.0, unit="share of loss", meaning="borne by a trust's investors")
    trust_fee_rate: NonNegative = param(
        0.0, unit="per year", meaning="trust's fee on the balance", high=1
    )
    leased_share: Share = param(0.0, unit="share of loss", meaning="borne by a lessor")
    lease_fee_rate: NonNegative = param(
        0.0, unit="per year", meaning="lessor's fee on the balance", high=1
    )
    lease_residual_share: Share = param(
        0.0,
        unit="share of what the lessor pays",
        meaning="returned by selling its equipment",
        words="Selling its equipment returns the lessor {value} of what it pays.",
    )
    first_loss_share: Share = param(
        0.0,
        unit="share of exposure at default",
        meaning="loss that lenders bear before protection providers pay",
        words="Lenders bear the first {value} of exposure at default before protection pays.",
    )
    cap_per_default_share: Share = param(
        1.0,
        unit="share of exposure at default",
        meaning="most that protection pays together for one default",
        words="Protection pays at most {value} of exposure at default.",
    )

    claims_at_default: bool = param(
        False,
        unit="",
        meaning="whether protection pays on the balance at default, and has its part of what is"
        " recovered later",
        words="Protection pays on the balance at default, and has its part of what is recovered"
        " later.",
    )

    def broken_rules(self) -> Iterator[Broken]:
        """Protection bears the whole of a loss at most."""
        total = sum(cover_shares(self)) - self.insurer_bears_rest * self.insured_share
        if total > 1.0 + SUM_TOLERANCE:
            rule = f"shares of protection providers must sum to 1 at most; got {total:.12g}"
            cure = "lower a share of the guarantor, the insurer, the trust or the lessor"
            yield "guaranteed_share", rule, cure


class Sole(Cover):
    """The lead bank, alone or with protection providers."""

    kind: Literal["sole"] = "sole"


class Proportional(Cover):
    """Several banks share income and losses in fixed proportions, lead bank first."""

    kind: Literal["proportional"]
    shares: tuple[Share, ...] = param(unit="share", meaning="share of each bank, lead first")
    delay_years: NonNegative = param(0.0, unit="years", meaning="time that coordination takes")
    coordination_cost: NonNegative = param(
        0.0, unit="CNY million", meaning="cost of each further bank at signing and renewal"
    )

    def broken_rules(self) -> Iterator[Broken]:
        """Some banks share the whole."""
        yield from super().broken_rules()
        if not 1 <= len(self.shares) <= MOST_LENDERS:
            rule = f"must name 1 to {MOST_LENDERS} banks, names {len(self.shares)}"
            yield "shares", rule, "give one share for each bank, lead bank first"
        else:
            yield from no_whole("shares", self.shares)


LossSharing = Annotated[Sole | Proportional, Field(discriminator="kind")]


def cover_shares(clause: Cover) -> tuple[float, float, float, float]:
    """Shares of a loss that the guarantor, the insurer, the lessor and the trust bear."""
    return (
        clause.guaranteed_share, clause.insured_share, clause.leased_share, clause.trust_share,
    )  # fmt: skip


def cover_fees(clause: Cover) -> tuple[float, float, float, float]:
    """Fees on the balance of the guarantor, the insurer, the lessor and the trust, per year."""
    return (
        clause.guarantee_fee_rate, clause.insurance_fee_rate, clause.lease_fee_rate,
        clause.trust_fee_rate,
    )  # fmt: skip


def reguaranteed_shares(clause: Cover) -> tuple[float, float]:
    """Part of its payments that a guarantor is paid back; of high-tech enterprises last."""
    others, high_tech = clause.reguaranteed_share, clause.reguaranteed_share_high_tech
    return others, others if high_tech is None else high_tech


def shares_of(clause: Sole | Proportional) -> tuple[float, ...]:
    """Shares of the lenders, lead first, summing to one."""
    return clause.shares if isinstance(clause, Proportional) else (1.0,)


COVER = (
    Column("cover_shares", "share of loss", "borne by each protection provider, whose cap per firm"
           " is not below the line", length=PROVIDERS),
    Column("bears_rest", "flag", "each bears its share of what the others leave", "i1", PROVIDERS),
    Column("deductibles", "CNY million", "loss that each leaves to others", length=PROVIDERS),
    Column("caps_per_firm", "CNY million", "most of one firm's line that each covers",
           length=PROVIDERS),
    Column("caps_per_default", "CNY million", "most that each pays for one default",
           length=PROVIDERS),
    Column("caps_per_year", "share of the balances that it covers on 1 January",
           "most that each pays in a calendar year", length=PROVIDERS),
    Column("capitals", "CNY million", "capital that each begins with", length=PROVIDERS),
    Column("reguaranteed_shares", "share", "part of its payments that the guarantor is paid back,"
           " of high-tech enterprises last", length=2),
    Column("reguarantee_fees", "per year", "its fee on what is re-guaranteed, on small lines last",
           length=2),
    Column("reguarantee_small_line", "CNY million", "largest of these"),
    Column("reguarantee_cap", "share of the balances that it covers on 1 January",
           "most that the re-guarantor pays in a calendar year"),
    Column("claims_at_default", "flag", "they pay on the balance at default, and have their part"
           " of what is recovered later", "i1"),
)  # fmt: skip
"""What the settlement reads of protection providers, in their order."""

CONDITIONS = (
    Column("joint", "flag", "more than one bank lends under one agreement", "i1"),
    Column("members", "-", "banks under the agreement", "i4"),
    Column("shares", "share", "share of each of them, lead first", length=MOST_LENDERS),
    Column("delay", "years", "time that coordination takes"),
    Column("coordination_cost", "CNY million", "cost of coordination at each signing"),
    Column(
        "fee_parts",
        "share",
        "part of each protection provider in fees of lenders",
        length=PROVIDERS,
    ),
    Column("firm_fee_parts", "share", "the same of fees of the firm", length=PROVIDERS),
    Column("public_fee_parts", "share", "the same of fees of the state", length=PROVIDERS),
    *COVER,
    Column("residual_share", "share", "what the lessor pays that selling equipment returns"),
)
"""What rules of banks read of this clause, beside the terms of the contract."""


PAYERS: tuple[tuple[Payer, str], ...] = (("bank", ""), ("firm", "firm_"), ("public", "public_"))
"""Who may pay a fee, and how names of terms of that fee begin."""


def fees_of(clause: Cover, payer: Payer) -> tuple[float, ...]:
    """Fees of each protection provider that one of those who may pay them pays, per year."""
    payers = (clause.guarantee_fee_payer, clause.insurance_fee_payer, "bank", "bank")
    due = zip(cover_fees(clause), payers, strict=True)
    return tuple(fee if who == payer else 0.0 for fee, who in due)


def fee_conditions(clause: Cover) -> dict[str, Any]:
    """What lenders, the firm and the state pay for cover, and how providers share it."""
    found: dict[str, Any] = {}
    for payer, of in PAYERS:
        fees = fees_of(clause, payer)
        found[f"{of}fee_rate"] = sum(fees)
        found[f"{of}fee_parts"] = tuple(parts_of(fees).tolist())
    return found


def most(cap: float | None) -> float:
    """A cap as a number: infinite where there is none."""
    return math.inf if cap is None else cap


def cover_conditions(clause: Cover, thousands: float) -> dict[str, Any]:
    """Conditions of `COVER` by name; `thousands` are the firms of the population."""
    none = math.inf
    guaranteed, insured = clause.guarantee_cap_per_year_share, clause.insurance_cap_per_year_share
    capitals = [
        most(own) * thousands for own in (clause.guarantor_capital, clause.insurer_capital)
    ]
    return {
        "cover_shares": cover_shares(clause),
        "bears_rest": (0, int(clause.insurer_bears_rest), 0, 0),
        "deductibles": (0.0, clause.insurance_deductible, 0.0, 0.0),
        "caps_per_firm": (most(clause.guarantee_cap_per_firm), none, none, none),
        "caps_per_default": (none, most(clause.insurance_cap_per_default), none, none),
        "caps_per_year": (most(guaranteed), most(insured), none, none),
        "capitals": (*capitals, none, none),
        "reguaranteed_shares": reguaranteed_shares(clause),
        "reguarantee_fees": (clause.reguarantee_fee_rate, clause.reguarantee_small_fee_rate),
        "reguarantee_small_line": clause.reguarantee_small_line,
        "reguarantee_cap": most(clause.reguarantee_cap_per_year_share),
        "claims_at_default": int(clause.claims_at_default),
    }  # fmt: skip


def conditions(clause: Sole | Proportional, thousands: float = 1.0) -> dict[str, Any]:
    """Terms and conditions by name, as in `sim.model.firms.record.TERMS` and `CONDITIONS`.

    Parameters
    ----------
    clause : a kind of loss sharing
    thousands : float
        Firms of the population, in thousands.

    Examples
    --------
    >>> three = Proportional(kind="proportional", shares=(0.5, 0.3, 0.2), delay_years=0.1,
    ...                      coordination_cost=0.004, guaranteed_share=0.5)
    >>> found = conditions(three)
    >>> found["joint"], found["delay"], found["coordination_cost"], found["cover_shares"]
    (1, 0.1, 0.008, (0.5, 0.0, 0.0, 0.0))
    """
    shares = shares_of(clause)
    joint = isinstance(clause, Proportional) and len(shares) > 1
    return {
        "first_loss": clause.first_loss_share, "cap_per_default": clause.cap_per_default_share,
        "joint": int(joint), "members": len(shares), "shares": shares,
        "delay": clause.delay_years if isinstance(clause, Proportional) and joint else 0.0,
        "coordination_cost": clause.coordination_cost * (len(shares) - 1)
        if isinstance(clause, Proportional) else 0.0,
        **cover_conditions(clause, thousands),
        **fee_conditions(clause),
        "residual_share": clause.lease_residual_share,
    }  # fmt: skip
