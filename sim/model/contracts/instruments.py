"""An arrangement as a list of at most four instruments.

The credit line, with all clauses that belong to it, is always one. A term loan, a bond, a finance
lease, a trust loan, shares of a fund on the bank's side and a right of the lenders stand beside
it, each a clause of its own.
"""

from typing import Any

LINE = "line"
BESIDE_THE_LINE = ("term_loan", "bond", "lease", "trust_loan", "fund_equity", "upside")
"""Clauses that are instruments of their own; `upside` is the right."""
INSTRUMENTS = (LINE, *BESIDE_THE_LINE)
MOST_INSTRUMENTS = 4


def instruments(arrangement: Any) -> tuple[str, ...]:
    """Names of the instruments of an arrangement, the line first.

    Examples
    --------
    >>> from sim.model.contracts.arrangement import Arrangement
    >>> instruments(Arrangement.model_validate({"term_loan": {"kind": "tranche",
    ...                                                       "line_share": 0.5}}))
    ('line', 'term_loan')
    """
    beside = (name for name in BESIDE_THE_LINE if getattr(arrangement, name).kind != "none")
    return (LINE, *beside)


def has_several(arrangement: Any) -> bool:
    """Whether anything but a right stands beside the line: the case of several instruments."""
    return any(name != "upside" for name in instruments(arrangement)[1:])


def clauses_of(instrument: str, clauses: tuple[str, ...]) -> tuple[str, ...]:
    """The clauses of one instrument among all clauses.

    >>> clauses_of("bond", ("limit", "bond")), clauses_of("line", ("limit", "bond"))
    (('bond',), ('limit',))
    """
    if instrument != LINE:
        return (instrument,)
    return tuple(name for name in clauses if name not in BESIDE_THE_LINE)
