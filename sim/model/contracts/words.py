"""Each kind of clause as sentences for a banker.

One function a kind, found by the names of the clause and of the kind; it tells the terms of
the clause but those that bring a sentence of their own (`words` of `sim.base.frozen.param`),
which follow it.  Kinds without terms of their own are neutral and need no words.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sim.base.language import current, gap, tr
from sim.base.wording import unit_style
from sim.model.contracts.eligibility import NO_BOUND, STAGE_CODE

# --- Numbers, money and lists as phrases of a sentence -------------------------------------------


STAGES = ("start-ups", "growth firms", "expanding firms", "mature firms")
_MONTHS = 12


def number(value: float) -> str:
    """Write a number without needless digits.

    Examples
    --------
    >>> number(5.0), number(0.165), number(15000.0)
    ('5', '0.165', '15,000')
    """
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def percent(share: float) -> str:
    """Write a share or a rate in per cent.

    Examples
    --------
    >>> percent(0.165), percent(2 / 3)
    ('16.5 %', '66.67 %')
    """
    size = share * unit_style("share").scale
    text = f"{size:.4g}" if share < 1.0 else number(size)
    return tr("{number} %", number=text)


def money(amount: float) -> str:
    """Write an amount of money.

    Examples
    --------
    >>> money(2.0), money(0.004)
    ('CNY 2 million', 'CNY 4,000')
    """
    if amount < 0.1:
        return tr("CNY {amount}", amount=number(1e6 * amount))
    if current() == "en":
        return tr("CNY {amount} million", amount=number(amount))
    style = unit_style("CNY million", amount)
    return f"{number(amount * style.scale)} {style.axis}"


def span(years: float) -> str:
    """Write a length of time, in months where it is short.

    Examples
    --------
    >>> span(3.0), span(1.0), span(0.0833), span(0.25)
    ('3 years', '1 year', '1 month', '3 months')
    """
    if 0.0 < years < 1.0:
        count = round(_MONTHS * years, 1)
        return tr("1 month") if count == 1.0 else tr("{count} months", count=number(count))
    return tr("1 year") if years == 1.0 else tr("{count} years", count=number(years))


def joined(parts: Sequence[str]) -> str:
    """Join parts of a sentence.

    Examples
    --------
    >>> joined(["a"]), joined(["a", "b"]), joined(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    if len(parts) < 2:
        return "".join(parts)
    return tr("{first} and {last}", first=tr(", ").join(parts[:-1]), last=parts[-1])


def each_stage(values: Sequence[float]) -> str:
    """Give a number for every stage of life.

    Examples
    --------
    >>> each_stage((1.0, 2.0, 3.0, 4.0))
    '1 for start-ups, 2 for growth firms, 3 for expanding firms and 4 for mature firms'
    """
    return joined([
        tr("{value} for {stage}", value=number(value), stage=tr(stage))
        for value, stage in zip(values, STAGES, strict=True)
    ])  # fmt: skip


# --- Who may apply, in words ---------------------------------------------------------------------


def listed(clause: Any) -> str:
    """Tell which firms are on the programme's list."""
    known = dict(zip(STAGE_CODE, STAGES, strict=True))
    firms = joined([tr(known.get(stage, stage)) for stage in clause.stages])
    if clause.sectors:
        sectors = joined([tr(name.replace("_", " ")) for name in clause.sectors])
        firms = tr("{firms} of {sectors}", firms=firms, sectors=sectors)
    if clause.venture_only:
        firms = tr("{firms} that venture funds back", firms=firms)
    conditions = [*_of_age_and_size(clause), *_of_money(clause), *_of_score(clause)]
    if conditions:
        firms = tr("{firms}, {conditions}", firms=firms, conditions=joined(conditions))
    return tr("Open to {firms}; other firms keep the plain loan.", firms=firms)


def _of_age_and_size(clause: Any) -> list[str]:
    said = []
    if clause.least_age_years > 0.0:
        said.append(tr("at least {age} old", age=span(clause.least_age_years)))
    if clause.most_age_years < 1000.0:
        said.append(tr("up to {age} old", age=span(clause.most_age_years)))
    if clause.least_sales > 0.0:
        said.append(tr("with sales of at least {sales} a year", sales=money(clause.least_sales)))
    if clause.most_sales < NO_BOUND:
        said.append(tr("with sales of at most {sales} a year", sales=money(clause.most_sales)))
    return said


def _of_money(clause: Any) -> list[str]:
    said = []
    if clause.least_last_round > 0.0:
        amount = money(clause.least_last_round)
        said.append(tr("with a last equity round of at least {amount}", amount=amount))
    if clause.most_since_round_years < NO_BOUND:
        time = span(clause.most_since_round_years)
        said.append(tr("within {time} of an equity round", time=time))
    if clause.first_loan_only:
        said.append(tr("that never had a credit line"))
    if clause.unlisted_only:
        said.append(tr("that no official list names"))
    return said


def _of_score(clause: Any) -> list[str]:
    score = clause.score
    if score is None:
        return []
    bounds = []
    if score.least > -NO_BOUND:
        bounds.append(tr("at least {bound}", bound=number(score.least)))
    if score.most < NO_BOUND:
        bounds.append(tr("below {bound}", bound=number(score.most)))
    each = each_stage(score.precision)
    if not bounds:
        return [tr("by a published score whose precision is {each}", each=each)]
    said = "by a published score {bounds} standard deviations whose precision is {each}"
    return [tr(said, bounds=joined(bounds), each=each)]


# --- Each kind of clause as sentences for a banker -----------------------------------------------


Words = Callable[[Any], str]

_COUNTS = ("One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight")
_BASIS_POINTS = 10_000.0
_PARTIES = (
    ("guaranteed_share", "guarantee_fee_rate", "a guarantor"),
    ("insured_share", "insurance_fee_rate", "an insurer"),
    ("leased_share", "lease_fee_rate", "a lessor"),
    ("trust_share", "trust_fee_rate", "a trust's investors"),
)


def _against_own(concession: float) -> str:
    """Say how a rate stands against the lender's own."""
    if concession == 0.0:
        return tr("the lender's own")
    points = number(abs(round(_BASIS_POINTS * concession, 2)))
    if concession > 0.0:
        return tr("{points} basis points below the lender's own", points=points)
    return tr("{points} basis points above the lender's own", points=points)


def _pooled(clause: Any) -> str:
    return tr("The lenders share one file and decide on all that any of them knows.")


def _score(clause: Any) -> str:
    words = "A public score adds to the bank's own file; its precision is {each}."
    return tr(words, each=each_stage(clause.precision))


def _cash_flow(clause: Any) -> str:
    parts = []
    if clause.sales_share is None:
        parts.append(tr("sales (as large a part as banks commit by habit)"))
    elif clause.sales_share > 0.0:
        parts.append(tr("sales ({years} years of sales)", years=number(clause.sales_share)))
    if clause.round_share > 0.0:
        share = percent(clause.round_share)
        parts.append(tr("{share} of the last equity round", share=share))
    words = [tr("The line is as large as a secured one, with its collateral.")]
    if parts:
        said = "The line rests on {parts}, and is no smaller than a secured line; {beyond}."
        words = [tr(said, parts=joined(parts), beyond=_beyond())]
    if clause.cap_factor != 1.0:
        factor = number(clause.cap_factor)
        words.append(
            tr("Each lender may lend {factor} times its cap for plain loans.", factor=factor)
        )
    return gap().join(words)


def _fixed_amount(clause: Any) -> str:
    return tr("The line is {amount}; {beyond}.", amount=money(clause.amount), beyond=_beyond())


def _path(clause: Any) -> str:
    steps = [
        tr("{amount} from age {age}", amount=money(amount), age=number(age))
        if age
        else tr("{amount} from the firm's first day", amount=money(amount))
        for amount, age in zip(clause.amounts, clause.from_years, strict=True)
    ]
    said = "The line follows a plan: {steps}; {beyond}."
    return tr(said, steps=joined(steps), beyond=_beyond())


def _beyond() -> str:
    """What lines that do not rest on assets have in common."""
    return tr("what goes beyond a secured line has no collateral")


_DRAWINGS = {
    "re_approved": "Each drawing is decided anew.",
    "cancellable": "Lenders may cancel what is not drawn.",
    "committed": "Lenders may not cancel what is not drawn.",
}


def _annual(clause: Any) -> str:
    words = "The line runs for a year at a time."
    return gap().join([tr(words), tr(_DRAWINGS[clause.drawing])])


def _term(clause: Any) -> str:
    said = "The line runs for {years}, with no review before its end."
    if clause.reviewed:
        said = "The line runs for {years}; lenders review it each year and may withdraw."
    words = [tr(said, years=span(clause.years))]
    if clause.drawing != "committed":
        words.append(tr(_DRAWINGS[clause.drawing]))
    if clause.commitment_fee_rate > 0.0:
        fee = percent(clause.commitment_fee_rate)
        words.append(tr("The firm pays {fee} a year on what is not drawn.", fee=fee))
    return gap().join(words)


def _concession(clause: Any) -> str:
    return tr("The rate is {rate}.", rate=_against_own(clause.concession_rate))


def _step(clause: Any) -> str:
    return tr(
        "The rate is {early} for the first {years}, then {late}.",
        early=_against_own(clause.concession_rate), years=span(clause.after_years),
        late=_against_own(-clause.surcharge_rate),
    )  # fmt: skip


def _fixed_rate(clause: Any) -> str:
    return tr("The rate is written in the contract: {rate} a year.", rate=percent(clause.rate))


def _relending(clause: Any) -> str:
    return tr(
        "The central bank refinances {share} of the principal at {rate} a year, up to {quota}"
        " for every 1,000 firms; the credit risk stays with the bank.",
        share=percent(clause.refinanced_share), rate=percent(clause.rate),
        quota=money(clause.quota),
    )  # fmt: skip


def _pledge(clause: Any) -> str:
    words = "A pledge, of patents for example, adds a recovery of {share} of exposure at default."
    return tr(words, share=percent(clause.recovery_share))


def _cover(clause: Any) -> str:
    """Tell what protection providers bear of a loss; nothing where the lenders bear it all."""
    borne = [
        tr(
            "{party} bears {share} of a loss, for a fee of {fee} a year on the balance",
            party=tr(party), share=percent(getattr(clause, share)),
            fee=percent(getattr(clause, fee)),
        )
        for share, fee, party in _PARTIES
        if getattr(clause, share) != 0.0 or getattr(clause, fee) != 0.0
    ]  # fmt: skip
    words = joined(borne)
    told = [tr("{words}.", words=f"{words[0].upper()}{words[1:]}")] if borne else []
    return gap().join([*told, *_payers(clause)])


def _payers(clause: Any) -> list[str]:
    """Tell who pays for protection where it is not the lenders."""
    whom = {"firm": "The firm pays {fee}.", "public": "The state pays {fee}."}
    return [
        tr(whom[payer], fee=tr(fee))
        for payer, fee in (
            (clause.guarantee_fee_payer, "the guarantor's fee"),
            (clause.insurance_fee_payer, "the insurer's premium"),
        )
        if payer in whom
    ]


def _proportional(clause: Any) -> str:
    shares = joined([percent(share) for share in clause.shares])
    many = tr(_COUNTS[len(clause.shares) - 1])
    words = [
        tr(
            "{many} banks share income and losses: {shares}, lead bank first.",
            many=many,
            shares=shares,
        )
    ]
    if len(clause.shares) == 1:
        words = [tr("One bank has all income and losses.")]
    if clause.delay_years > 0.0:
        words.append(tr("Coordination takes {time}.", time=span(clause.delay_years)))
    if clause.coordination_cost > 0.0:
        cost = money(clause.coordination_cost)
        words.append(tr("Each further bank costs {cost} at signing and renewal.", cost=cost))
    return gap().join([*words, _cover(clause)]).strip()


def _subscription(clause: Any) -> str:
    """Tell how many shares may be bought and at what value."""
    parts = []
    if clause.amount is not None:
        parts.append(tr("for {amount}", amount=money(clause.amount)))
    if clause.coverage is not None:
        parts.append(tr("for {share} of the line", share=percent(clause.coverage)))
    if clause.strike_valuation is not None:
        value = money(clause.strike_valuation)
        parts.append(tr("at a value of {value}", value=value))
    if clause.strike_multiple is not None:
        factor = number(clause.strike_multiple)
        parts.append(tr("at {factor} times its value at signing", factor=factor))
    shares = tr("shares of the firm")
    if clause.stake is not None:
        shares = tr("{share} of the firm", share=percent(clause.stake))
    return _beside([shares, *parts])


def _beside(terms: list[str]) -> str:
    """Put terms side by side."""
    found = terms[0]
    for term in terms[1:]:
        found = tr("{terms} {term}", terms=found, term=term)
    return found


def _warrant(clause: Any) -> str:
    return tr(
        "A holder on the bank's side may buy {subscription} when the firm is listed or sold,"
        " within {years}; {gain} of a gain reaches the lenders. A right that is in the money at"
        " its end is sold for {sale} of its gain to a buyer, who uses it.",
        subscription=_subscription(clause), years=span(clause.years),
        gain=percent(clause.lender_gain_share), sale=percent(clause.liquidity_share),
    )  # fmt: skip


def _swap(clause: Any) -> str:
    if clause.trigger_multiple is None:
        trigger = money(clause.trigger_valuation)
    else:
        factor = number(clause.trigger_multiple)
        trigger = tr("{factor} times its value at signing", factor=factor)
    told = tr(
        "The bank holds a right to buy {subscription}, for {years}. It comes alive when the"
        " firm is worth {trigger}, and sleeps while the firm brings the banking business that"
        " the contract demands, which the firm decides each year by what costs its owners less."
        " {gain} of a gain reaches the lenders.",
        subscription=_subscription(clause), years=span(clause.years), trigger=trigger,
        gain=percent(clause.lender_gain_share),
    )  # fmt: skip
    return gap().join([told, *_parity(clause)])


def _parity(clause: Any) -> list[str]:
    """Tell what is cut at signing until both sides give the same."""
    words = []
    if clause.parity == "stake":
        words.append(tr("At signing the stake is cut to what the demanded business is worth."))
    if clause.parity == "demand":
        words.append(tr("At signing the demand is cut to what the right is worth."))
    if clause.unbookable_share > 0.0:
        share = percent(clause.unbookable_share)
        said = "Of the worth of the right the lenders leave out {share}, as hard to book."
        words.append(tr(said, share=share))
    return words


def _royalty(clause: Any) -> str:
    return tr(
        "The firm pays {share} of its sales until {factor} times the line is paid.",
        share=percent(clause.sales_share), factor=number(clause.cap_multiple),
    )  # fmt: skip


def _agreement(clause: Any) -> str:
    words = []
    if clause.promised_move_hazard > 0.0:
        said = "The firm promises its basic account, which moves to the lender at {rate} a year."
        words.append(tr(said, rate=number(clause.promised_move_hazard)))
    if clause.demanded_move_hazard > 0.0:
        said = "What buys a right off is that account, which then moves at {rate} a year."
        words.append(tr(said, rate=number(clause.demanded_move_hazard)))
    if clause.listing_wallet_share > 0.0:
        said = "At a listing {share} of the proceeds stay at the bank."
        words.append(tr(said, share=percent(clause.listing_wallet_share)))
    if clause.break_cost_share > 0.0:
        share = percent(clause.break_cost_share)
        words.append(tr("Leaving costs the firm {share} of the line.", share=share))
    if clause.lenders_stand_still:
        words.append(tr("No lender withdraws alone."))
    if clause.lenders_pool_business:
        words.append(tr("Lenders share the business of the basic account as they share the loan."))
    return gap().join(words) or tr("A cooperation agreement stands beside the loan.")


def _referral(clause: Any) -> str:
    return tr(
        "The bank brings investors: while the firm looks for money, equity rounds come"
        " {factor} times as often.",
        factor=number(clause.round_factor),
    )  # fmt: skip


def _investors(clause: Any) -> str:
    return tr(
        "Investors whom the bank has found put in {amount} at signing, once, for at most {stake}"
        " of the firm; the bank buys no share.",
        amount=money(clause.amount), stake=percent(clause.most_stake),
    )  # fmt: skip


def _tranche(clause: Any) -> str:
    how = "at the end of the contract"
    if clause.by_instalments:
        how = "by instalments each quarter"
    words = [
        tr("A term loan is part of it: {share} of the line is lent at once and repaid {how}.",
           share=percent(clause.line_share), how=tr(how)),
        tr("Its rate is the line's and {rate} a year.", rate=percent(clause.surcharge_rate)),
    ]  # fmt: skip
    return gap().join([*words, _rank(clause)])


def _rank(clause: Any) -> str:
    return tr("Its claim has rank {rank}.", rank=number(clause.claim_rank))


def _crossing(clause: Any) -> str:
    if clause.cross_default:
        return tr("Not paying it is a default on all debts.")
    return tr("Whoever lends it waits where it is not paid.")


def _bond(clause: Any) -> str:
    words = [
        tr("A firm with sales of at least {sales} a year issues a bond of up to {years} years of"
           " sales, {amount} at least, for {time} at {rate} a year, unless the bond market is"
           " shut.",
           sales=money(clause.least_sales), years=number(clause.sales_share),
           amount=money(clause.least_amount), time=span(clause.years),
           rate=percent(clause.rate)),
        tr("The underwriter takes {fee} of an issue.",
           fee=percent(clause.underwriting_fee_share)),
        tr("The risk-sharing tool bears {share} of a loss on it.",
           share=percent(clause.covered_share)),
    ]  # fmt: skip
    return gap().join([*words, _rank(clause), _crossing(clause)])


def _lease(clause: Any) -> str:
    words = [
        tr("A lessor pays {share} of what the firm spends on equipment, for {time} at {rate} a"
           " year, owns it and sells it after a default.",
           share=percent(clause.equipment_share), time=span(clause.years),
           rate=percent(clause.rate)),
        tr("Equipment loses its worth in {time}.", time=span(clause.equipment_years)),
    ]  # fmt: skip
    return gap().join([*words, _rank(clause), _crossing(clause)])


def _trust_loan(clause: Any) -> str:
    how = "repaid at the end"
    if clause.by_instalments:
        how = "repaid by instalments each quarter"
    words = tr(
        "A trust company lends up to {share} of the line for {time} at {rate} a year, {how}.",
        share=percent(clause.line_share), time=span(clause.years), rate=percent(clause.rate),
        how=tr(how),
    )  # fmt: skip
    return gap().join([words, _rank(clause), _crossing(clause)])


def _bank_fund(clause: Any) -> str:
    words = [
        tr("A fund on the bank's side buys new shares for {amount}, once, at {factor} times the"
           " firm's value, for at most {stake} of it.",
           amount=money(clause.amount), factor=number(clause.valuation_multiple),
           stake=percent(clause.most_stake)),
    ]  # fmt: skip
    if clause.preference_multiple > 0.0:
        factor = number(clause.preference_multiple)
        said = "At an exit it has {factor} times what it paid before others, or its shares."
        words.append(tr(said, factor=factor))
    return gap().join(words)


_KINDS: dict[tuple[str, str], Words] = {
    ("eligibility", "listed"): listed,
    ("screening", "pooled"): _pooled,
    ("screening", "score"): _score,
    ("limit", "cash_flow"): _cash_flow,
    ("limit", "fixed"): _fixed_amount,
    ("limit", "path"): _path,
    ("tenor", "annual"): _annual,
    ("tenor", "term"): _term,
    ("pricing", "concession"): _concession,
    ("pricing", "step"): _step,
    ("pricing", "fixed"): _fixed_rate,
    ("funding", "relending"): _relending,
    ("security", "pledge"): _pledge,
    ("loss_sharing", "sole"): _cover,
    ("loss_sharing", "proportional"): _proportional,
    ("upside", "warrant"): _warrant,
    ("upside", "swap"): _swap,
    ("upside", "royalty"): _royalty,
    ("commitment", "agreement"): _agreement,
    ("introduction", "referral"): _referral,
    ("introduction", "investors"): _investors,
    ("term_loan", "tranche"): _tranche,
    ("bond", "issued"): _bond,
    ("lease", "finance"): _lease,
    ("trust_loan", "beside"): _trust_loan,
    ("fund_equity", "shares"): _bank_fund,
}


def _own_words(clause: Any) -> Iterator[str]:
    """Tell the terms that bring their own sentence, where they are not their defaults."""
    for key, field in type(clause).model_fields.items():
        extra, value = field.json_schema_extra, getattr(clause, key)
        if isinstance(extra, dict) and "words" in extra and value != field.default:
            yield tr(str(extra["words"]), value=_amount(value, str(extra["unit"])))


def _amount(value: float, unit: str) -> str:
    """Write a number as its unit asks for."""
    writers = {
        "years": span, "CNY million": money, "CNY million per 1,000 firms": money,
        "per year": percent,
    }  # fmt: skip
    return (percent if unit.startswith("share") else writers.get(unit, number))(value)


def _whole(words: Words) -> Words:
    """Let the terms that bring their own sentence follow the words of a kind."""
    return lambda clause: gap().join(filter(None, (words(clause), *_own_words(clause))))


WORDS = {key: _whole(words) for key, words in _KINDS.items()}
"""The words of each kind, by clause and kind."""
