"""An arrangement is its clauses; with all of them neutral it is plain lending."""

from collections.abc import Iterator

from sim.base.parameter import Broken, Frozen, param
from sim.model.contracts.bond import Bonds, NoBond
from sim.model.contracts.commitment import Commitment, NoPromise
from sim.model.contracts.eligibility import Eligibility, Everyone
from sim.model.contracts.fund_equity import Fund, NoFund
from sim.model.contracts.funding import Funding, OwnFunds
from sim.model.contracts.instruments import MOST_INSTRUMENTS, instruments
from sim.model.contracts.introduction import Introduction, NoIntroduction
from sim.model.contracts.lease import Lease, NoLease
from sim.model.contracts.limit import Collateral, Limit
from sim.model.contracts.loss_sharing import LossSharing, Sole
from sim.model.contracts.pricing import Pricing, StandardRate
from sim.model.contracts.screening import OwnFile, Screening
from sim.model.contracts.security import NoPledge, Security
from sim.model.contracts.tenor import Annual, Tenor
from sim.model.contracts.term_loan import NoTermLoan, Term
from sim.model.contracts.trust_loan import NoTrustLoan, Trust
from sim.model.contracts.upside import NoUpside, Upside


class Arrangement(Frozen):
    """A way to finance firms: clauses, each neutral unless the scenario says so.

    Those from the term loan on are instruments beside the credit line.
    """

    eligibility: Eligibility = param(Everyone(), unit="", meaning="who may apply")
    screening: Screening = param(OwnFile(), unit="", meaning="what the lender sees")
    limit: Limit = param(Collateral(), unit="", meaning="how much")
    tenor: Tenor = param(Annual(), unit="", meaning="how long")
    pricing: Pricing = param(StandardRate(), unit="", meaning="at what rate")
    funding: Funding = param(OwnFunds(), unit="", meaning="whose money")
    security: Security = param(NoPledge(), unit="", meaning="what can be seized")
    loss_sharing: LossSharing = param(Sole(), unit="", meaning="who bears losses")
    upside: Upside = param(NoUpside(), unit="", meaning="who shares the gain")
    commitment: Commitment = param(NoPromise(), unit="", meaning="who must stay")
    introduction: Introduction = param(
        NoIntroduction(), unit="", meaning="whether the bank brings investors"
    )
    term_loan: Term = param(NoTermLoan(), unit="", meaning="whether a part is lent at once")
    bond: Bonds = param(NoBond(), unit="", meaning="whether the firm issues a bond")
    lease: Lease = param(NoLease(), unit="", meaning="whether a lessor finances equipment")
    trust_loan: Trust = param(NoTrustLoan(), unit="", meaning="whether a trust company lends")
    fund_equity: Fund = param(
        NoFund(), unit="", meaning="whether a fund on the bank's side buys shares"
    )

    def broken_rules(self) -> Iterator[Broken]:
        """At most four instruments."""
        names = instruments(self)
        if len(names) > MOST_INSTRUMENTS:
            rule = f"must have at most {MOST_INSTRUMENTS} instruments; got {', '.join(names)}"
            yield names[-1], rule, f"leave out {len(names) - MOST_INSTRUMENTS} of them"


PLAIN = Arrangement()
CLAUSES = tuple(Arrangement.model_fields)


def differing_clauses(a: Arrangement, b: Arrangement) -> tuple[str, ...]:
    """Names of the clauses in which two arrangements differ, in the order of the book.

    Examples
    --------
    >>> differing_clauses(PLAIN, Arrangement())
    ()
    """
    return tuple(name for name in CLAUSES if getattr(a, name) != getattr(b, name))


def is_plain(arrangement: Arrangement) -> bool:
    """Whether every clause is neutral.

    Examples
    --------
    >>> is_plain(Arrangement())
    True
    """
    return not differing_clauses(PLAIN, arrangement)
