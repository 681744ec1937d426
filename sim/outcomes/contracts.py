"""The contracts of a history as a table: terms, lenders, what was drawn, who bore a default.

One row a contract, in the order of signing, those of the common past before the others. The
book keeps codes; the table says banks, sectors, stages, regimes and rights by name, and can be
turned into the book again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.base.columns import TEXT, Column, Rows, unrolled
from sim.engine.history import PROTECTION_PROVIDERS, STATES, History
from sim.model.banks.bank import CORPORATE
from sim.model.contracts.loan_book import CONTRACT
from sim.model.contracts.loss_sharing import MOST_LENDERS
from sim.model.firms.record import RIGHTS, STAGES
from sim.outcomes.bank_loss import protection
from sim.outcomes.reading import (
    ROUNDING,
    Floats,
    Ints,
    net_loss,
    of_book,
    of_firms,
    spells,
)

MONEY = "CNY million"
YEARS_DRAWN = 10
"""Ends of years after signing of which the table tells what was drawn."""
LENDERS = tuple(f"lender_{place + 1}" for place in range(MOST_LENDERS))
SHARES = tuple(f"share_{place + 1}" for place in range(MOST_LENDERS))
DRAWN = tuple(f"drawn_{year}" for year in range(1, YEARS_DRAWN + 1))
_NAMED = ("lead", *LENDERS, "stage", "regime", "right")
"""Columns of the book that are codes there and names here."""
_NO_DEFAULT = "; empty without a default"


def _in_words(column: Column) -> Column:
    if column.name not in _NAMED:
        return column
    return replace(column, unit=TEXT, kind=TEXT, codes=())


CONTRACTS = (
    Column("contract", "-", "row of the contract in the book", "i8", low=0.0),
    Column("kind", TEXT, "arrangement that it is a contract of, or plain", TEXT),
    Column("sector", TEXT, "sector of the firm", TEXT),
    *map(_in_words, unrolled(CONTRACT.columns)),
    Column("lenders", "count", "lenders with a share", "i8", low=0.0),
    Column("until", "years", "date at which the line was over, or the run; estimated where the"
           " firm had none for a while later on"),
    *(Column(name, MONEY, f"drawn at the end of a calendar year, {year} after signing; empty once"
             " the contract is over", low=0.0) for year, name in enumerate(DRAWN, 1)),
    Column("defaulted", "flag", "the firm closed under it and left it unpaid", "i1"),
    Column("default_date", "years", "date of the default" + _NO_DEFAULT),
    Column("exposure_at_default", MONEY, "balance at default" + _NO_DEFAULT, low=0.0),
    Column("recovered", MONEY, "what the workout brings, from the firm's cash and assets"
           + _NO_DEFAULT, low=0.0),
    Column("recovery_date", "years", "date at which it arrives" + _NO_DEFAULT),
    *(Column(f"paid_by_{party}", MONEY, f"part of the loss that {party} bear" + _NO_DEFAULT,
             low=0.0) for party in PROTECTION_PROVIDERS),
    Column("lost", MONEY, "part of the loss that the lenders bear" + _NO_DEFAULT, low=0.0),
)  # fmt: skip
"""What the table holds."""


def contract_frame(history: History) -> pd.DataFrame:
    """One row for each contract ever signed in a history, with the columns of `CONTRACTS`."""
    frame = CONTRACT.frame(history.book)
    facts, book = history.facts, of_book(history)
    kinds = ("plain", *facts["menu"])
    return frame.assign(
        contract=np.arange(len(frame)),
        kind=_named(frame["terms"], kinds),
        sector=_named(of_firms(history)["sector"][book["firm"]], facts["sectors"]),
        **{name: _named(frame[name], words) for name, words in _words(facts).items()},
        **_lenders(frame, _lender_names(facts)),
        lenders=(book["share"] > 0.0).sum(axis=1),
        until=spells(history).stop,
        **dict(zip(DRAWN, drawn(history), strict=True)),
        **_defaults(history),
    )[[column.name for column in CONTRACTS]]


def book_of(frame: pd.DataFrame, facts: Mapping[str, Any]) -> Rows:
    """The book of a history that a table tells, shape (n_contracts,); the way back."""
    codes = {name: _codes(frame[name], words) for name, words in _words(facts).items()}
    banks = {name: _codes(frame[name], _lender_names(facts)) for name in LENDERS}
    return CONTRACT.rows(frame.assign(**codes, **banks))


def _lender_names(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of banks, and of corporate banking, by code."""
    return (*facts["banks"], CORPORATE)


def _words(facts: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Words of each column that is a code in the book, those of lenders apart."""
    return {
        "lead": _lender_names(facts), "stage": STAGES, "regime": facts["regimes"], "right": RIGHTS,
    }  # fmt: skip


def _named(codes: Any, words: Sequence[str]) -> Any:
    return np.array(words, dtype=object)[np.asarray(codes, dtype=np.int64)]


def _codes(names: "pd.Series[str]", words: Sequence[str]) -> Ints:
    """Codes of names; 0 for an empty one, as the book has it."""
    known = {name: code for code, name in enumerate(words)}
    return np.array([known.get(name, 0) for name in names], dtype=np.int64)


def _lenders(frame: pd.DataFrame, banks: Sequence[str]) -> dict[str, Any]:
    """Names of lenders; empty where none has a share."""
    return {
        name: np.where(frame[share] > 0.0, _named(frame[name], banks), "")
        for name, share in zip(LENDERS, SHARES, strict=True)
    }


def drawn(history: History) -> Floats:
    """What was drawn at ends of calendar years after signing, shape (YEARS_DRAWN, n_contracts).

    The nth row is of the nth such end; nan where the contract was over by then, or the run, and
    before the start date.
    """
    signed = np.floor(of_book(history)["date"] + ROUNDING)
    found = np.full((YEARS_DRAWN, signed.size), np.nan)
    alive = STATES.index("startup"), STATES.index("mature")
    for page in history.pages:
        if abs(page.date - round(page.date)) > ROUNDING:
            continue
        lives = (page.state >= alive[0]) & (page.state <= alive[1]) & (page.contract >= 0)
        rows = page.contract[lives]
        year = round(page.date) - signed[rows].astype(np.int64)
        told = (year >= 1) & (year <= YEARS_DRAWN)
        found[year[told] - 1, rows[told]] = page.balance[lives][told]
    return found


def _defaults(history: History) -> dict[str, Floats | Ints]:
    """What became of the money of each contract whose firm defaulted under it."""
    firms = of_firms(history)
    rows = np.flatnonzero((firms["defaulted"] == 1) & (firms["contract"] >= 0))
    contract = firms["contract"][rows]
    told = {
        "default_date": firms["end"], "exposure_at_default": firms["exposure_at_default"],
        "recovered": firms["recovery"], "recovery_date": firms["recovery_date"],
        "lost": net_loss(history),
    }  # fmt: skip
    borne, parts = protection(history, rows)
    paid = (borne[:, None] * parts).T
    money = {name: values[rows] for name, values in told.items()}
    money |= {f"paid_by_{party}": paid[n] for n, party in enumerate(PROTECTION_PROVIDERS)}
    size = history.book.shape[0]
    flags = np.zeros(size, dtype=np.int8)
    flags[contract] = 1
    found = {name: _placed(values, contract, size) for name, values in money.items()}
    return {**found, "defaulted": flags}


def _placed(values: Floats, rows: Ints, size: int) -> Floats:
    found = np.full(size, np.nan)
    found[rows] = values
    return found
