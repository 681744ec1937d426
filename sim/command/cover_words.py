"""Parties beside the lenders in words: what each bears of a loss, and for what fee."""

from typing import Any

from sim.base.language import gap, tr
from sim.command.phrases import joined, percent

_PARTIES = (
    ("guaranteed_share", "guarantee_fee_rate", "a guarantor"),
    ("insured_share", "insurance_fee_rate", "an insurer"),
    ("leased_share", "lease_fee_rate", "a lessor"),
    ("trust_share", "trust_fee_rate", "a trust's investors"),
)


def cover(clause: Any) -> str:
    """Tell what others bear of a loss; nothing where the lenders bear it all."""
    borne = [
        tr(
            "{party} bears {share} of a loss, for a fee of {fee} a year on the balance",
            party=tr(party), share=percent(getattr(clause, share)),
            fee=percent(getattr(clause, fee)),
        )
        for share, fee, party in _PARTIES
        if getattr(clause, share) != 0.0 or getattr(clause, fee) != 0.0
    ]  # fmt: skip
    said = [_sentence(joined(borne))] if borne else []
    if clause.lease_residual_share > 0.0:
        part = percent(clause.lease_residual_share)
        said.append(
            tr("Selling its equipment returns the lessor {part} of what it pays.", part=part)
        )
    if clause.first_loss_share > 0.0:
        part = percent(clause.first_loss_share)
        said.append(
            tr("Lenders bear the first {part} of what is owed before others pay.", part=part)
        )
    if clause.cover_cap_share < 1.0:
        part = percent(clause.cover_cap_share)
        said.append(tr("Others pay at most {part} of what is owed.", part=part))
    return gap().join(said)


def _sentence(words: str) -> str:
    return tr("{words}.", words=f"{words[0].upper()}{words[1:]}")
