"""The life of one firm under each arrangement, side by side, with the first divergence."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.shapley import shapley
from sim.base.wording import (
    amount_text,
    arrangement_text,
    number_text,
    plain_number,
    unit_style,
)
from sim.engine.history import History
from sim.engine.world import World
from sim.experiment.simulate import freeze, open_world, worlds
from sim.model.economy.macro import regime_names
from sim.model.firms import record as r
from sim.model.firms.record import ACQUIRED, ALIVE, DEPARTED, EVENT_NAMES, LISTED, STAGES
from sim.outcomes.reading import net_loss, npl_years, of_book, spells, unpaid
from sim.scenario.scenario import Scenario
from sim.studies.findings import TOTAL, Findings, less_text
from sim.studies.request import Names, arrangements_of, refused, together

STEPS = {EVENT_NAMES[r.PROJECT_DONE]: 1, EVENT_NAMES[r.REGRESS]: -1}
"""Events at which a firm changes its stage, and by how many."""
TROUBLE = "setback"
"""What a spell between a setback and the recovery is called."""
SPELL_COLUMNS = ("what", "start", "end")
QUIET = {EVENT_NAMES[r.QUARTER]}
"""Events too regular to tell."""
VALUES = {
    EVENT_NAMES[event]: words
    for event, words in {
        r.SIGNED: ("line", "CNY million"), r.REFUSED: ("part of the line that stays", "share"),
        r.DEFAULTED: ("exposure", "CNY million"), r.DRAWN: ("amount drawn", "CNY million"),
        r.PROJECT_DONE: ("size of the business", "CNY million a year"),
        r.TRIAL_FAILED: ("code of the stage", "code"), r.WAIVED: ("worth", "CNY million"),
        r.EXERCISED: ("worth", "CNY million"),
    }.items()
}  # fmt: skip
"""What the number of an event is, and its unit."""
CASH = ("cash", "CNY million")
"""What it is where nothing else is said."""


def _no_spells() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in SPELL_COLUMNS})


@dataclass(frozen=True, eq=False)
class Life:
    """One firm's life in one world.

    Parameters
    ----------
    events
        Columns date, event, value; years, words, CNY million.
    ending
        What became of the firm.
    spells
        Columns what (a stage, or ``setback``), start, end; years.
    regimes
        Columns what (the macro regime, a category in the order of the scenario), start, end; from
        the first day to the last, years.
    """

    events: pd.DataFrame
    ending: str
    spells: pd.DataFrame
    regimes: pd.DataFrame


@dataclass(frozen=True, eq=False, repr=False)
class Story:
    """One firm's life under each arrangement.

    Parameters
    ----------
    events, endings, spells
        Dict of arrangement -> what `Life` holds under the name.
    regimes
        As in `Life`; the same under each arrangement.

    Examples
    --------
    >>> birth = pd.DataFrame({"date": [0.0], "event": ["birth"], "value": [6.0]})
    >>> told = Story(7, 0, {"plain": birth, "swap": birth}, {"plain": "alive", "swap": "alive"})
    >>> print(told.divergence)
    Swap: the same life as under the baseline
    Plain ends: alive
    Swap ends: alive
    >>> told.frame().values.tolist()
    [[0.0, 'birth', 6.0, 6.0]]
    """

    firm: int
    replication: int
    events: dict[str, pd.DataFrame]
    endings: dict[str, str]
    spells: dict[str, pd.DataFrame] = field(default_factory=dict)
    regimes: pd.DataFrame = field(default_factory=_no_spells)

    def frame(self) -> pd.DataFrame:
        """Events side by side: one row for each date and event, one column an arrangement."""
        parts = []
        for name, events in self.events.items():
            told = events[~events["event"].isin(QUIET)].copy()
            told["turn"] = told.groupby(["date", "event"]).cumcount()
            parts.append(told.set_index(["date", "event", "turn"])["value"].rename(name))
        if not parts:
            return pd.DataFrame({"year": [], "event": []})
        table = pd.concat(parts, axis=1).sort_index(kind="stable").reset_index()
        return table.drop(columns="turn").rename(columns={"date": "year"})

    def lives(self) -> pd.DataFrame:
        """The frame for people: each number in its unit, and what it is.

        Columns year, event, number, then the text of one for each arrangement.
        """
        frame = self.frame()
        read = [VALUES.get(event, CASH) for event in frame["event"]]
        styles = [unit_style(unit) for _, unit in read]
        named = [f"{what}, {style.axis}" for (what, _), style in zip(read, styles, strict=True)]
        shown = frame[["year", "event"]].assign(number=named)
        for name in self.events:
            numbers = zip(frame[name], styles, strict=True)
            shown[name] = [number_text(value * style.scale) for value, style in numbers]
        return shown

    @property
    def enters(self) -> bool:
        """Whether the firm enters under any arrangement."""
        return any(len(spells) for spells in self.spells.values())

    @property
    def divergence(self) -> str:
        """Where the lives part, and how each ends."""
        names = list(self.events)
        lines = [
            f"{arrangement_text(name)}:"
            f" {_first_difference(self.events[names[0]], self.events[name])}"
            for name in names[1:]
        ]
        ends = self.endings.items()
        lines += [f"{arrangement_text(name)} ends: {ending}" for name, ending in ends]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """Say in one line whose story this is."""
        return f"Story(firm {self.firm}, replication {self.replication})"


def _first_difference(base: pd.DataFrame, other: pd.DataFrame) -> str:
    """The first event that only one of two lives has."""
    for n in range(max(len(base), len(other))):
        one = tuple(base.iloc[n]) if n < len(base) else None
        two = tuple(other.iloc[n]) if n < len(other) else None
        if one != two:
            here = _event_words(two) if two else "no further event"
            there = _event_words(one) if one else "no further event"
            return f"parts with {here}, where the baseline has {there}"
    return "the same life as under the baseline"


def _event_words(event: tuple[Any, ...]) -> str:
    what, unit = VALUES.get(event[1], CASH)
    return (
        f'"{event[1]}" in year {event[0]:.2f} ({what} {amount_text(event[2], unit_style(unit))})'
    )


def story(scenario: Scenario, firm: int, replication: int = 0) -> Story:
    """Follow one firm through one replication under each arrangement.

    Parameters
    ----------
    firm
        Row of the firm, from 0.

    Raises
    ------
    ScenarioError
        If there is no such firm.
    """
    check_firm(scenario, firm, replication)
    lives = {
        world.name: life_of(world, firm) for world in worlds(scenario, replication, trace=True)
    }
    return story_of(firm, replication, lives)


def check_firm(scenario: Scenario, firm: int, replication: int = 0) -> None:
    """Refuse a firm that is not there; how many there are is each replication's own."""
    last = open_world(scenario, replication).firms.shape[0] - 1
    if not 0 <= firm <= last:
        cure = f"give a number from 0 to {last}"
        raise refused("firm", "is not among the firms", firm, cure)


def story_of(firm: int, replication: int, lives: Mapping[str, Life]) -> Story:
    """Put the lives of one firm side by side, by arrangement."""
    return Story(
        firm, replication,
        events={name: life.events for name, life in lives.items()},
        endings={name: life.ending for name, life in lives.items()},
        spells={name: life.spells for name, life in lives.items()},
        # Random numbers are common, and so are market conditions.
        regimes=next((life.regimes for life in lives.values()), _no_spells()),
    )  # fmt: skip


def life_of(world: World, firm: int) -> Life:
    """Give a firm's life in a finished world that kept its log."""
    events, settings = _events_of(world.events, firm), world.scenario.experiment
    span = (-settings.warm_up_years, settings.horizon_years + settings.run_off_years)
    one = world.firms[firm]
    end = min(float(one.end), span[1])
    spells = (
        _no_spells()
        if one.status == r.UNBORN
        else _spells(events, int(one.stage), (max(float(one.birth), span[0]), end))
    )
    return Life(events, _ending(one), spells, _regimes(world, span))


def _spells(events: pd.DataFrame, last: int, span: tuple[float, float]) -> pd.DataFrame:
    """Stages and setbacks of a life, from its events and the stage in which it ends.

    The life of a firm that was there before events were kept is told from then on.
    """
    steps = events[events["event"].isin(STEPS)]
    change = steps["event"].map(STEPS).to_numpy(np.int64)
    first = last - int(change.sum())
    codes = first + np.concatenate([[0], np.cumsum(change)])
    dates = [span[0], *steps["date"].tolist(), span[1]]
    names = [STAGES[code] for code in codes]
    rows = [*zip(names, dates[:-1], dates[1:], strict=True), *_setbacks(events, span)]
    return pd.DataFrame(rows, columns=list(SPELL_COLUMNS))


def _setbacks(events: pd.DataFrame, span: tuple[float, float]) -> list[tuple[str, float, float]]:
    """Spells between a setback, or a failed trial, and the recovery or the end."""
    found: list[tuple[str, float, float]] = []
    since = None
    for date, event in events[["date", "event"]].itertuples(index=False):
        if event in (EVENT_NAMES[r.SETBACK], EVENT_NAMES[r.TRIAL_FAILED]) and since is None:
            since = float(date)
        elif event == EVENT_NAMES[r.RECOVERY]:
            found.append((TROUBLE, span[0] if since is None else since, float(date)))
            since = None
    return found if since is None else [*found, (TROUBLE, since, span[1])]


def _regimes(world: World, span: tuple[float, float]) -> pd.DataFrame:
    """Macro regimes between the first day and the last."""
    names = regime_names(world.scenario.macro)
    starts = [date for date, _ in world.macro]
    rows = [
        (names[code], max(start, span[0]), min(end, span[1]))
        for (start, code), end in zip(world.macro, [*starts[1:], span[1]], strict=True)
        if start < span[1] and end > span[0]
    ]
    frame = pd.DataFrame(rows, columns=list(SPELL_COLUMNS))
    return frame.astype({"what": pd.CategoricalDtype(list(names))})


def _events_of(log: list[Any], firm: int) -> pd.DataFrame:
    rows = [
        (float(row["date"]), EVENT_NAMES[int(row["event"])], float(row["value"]))
        for part in log for row in part[part["firm"] == firm]
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "event", "value"])


def _ending(f: Any) -> str:
    status = r.STATUSES[int(f.status)]
    if f.status == r.ALIVE:
        worth = plain_number(float(f.value), 0)
        return f"alive in the {STAGES[int(f.stage)]} stage, value CNY {worth} million"
    if f.status == r.UNBORN:
        return "not yet founded"
    return f"{status} in year {float(f.end):.2f}"


# --- One firm's money as an identity of its record, for lenders, the firm and its founders -------
# Lenders' money on a firm, over its whole life and all lenders together, is an identity of
# its record:
#     money = life * access * balance * (rate + funding saved - fee - cost of funds - running cost)
#             + business * life + right
#             - end * exposure * (loss * (1 - covered) + workout * (cost of funds + running cost))
# ==============  ===========================================================================
# effect          what differs
# ==============  ===========================================================================
# rate            interest paid over the time integral of the balance
# line            mean balance while there is a line, and the exposure at default
# tenor           share of the firm's life with a line
# sharing         part of the loss that protection covers, and what it charges on the balance
# funding         part of the balance that is refinanced at the central bank's rate
# business        banking business brought per year of life
# right           gains on rights and royalties
# survival        years lived, whether it ends in default, with what loss per unit of exposure and
#                 how many years in default, and the running cost of the stage it ends in
# ==============  ===========================================================================
# The *lead's* money is the part that its mean share of the lines gives it; there the share
# belongs to sharing. What the *firm* pays is ``life * access * balance * rate`` and royalties
# and the cost of moving its business. *Founders'* wealth is ``share * (alive * value +
# payments) * discount``: survival is whether there is something in the end and when, growth
# the value and the payments, dilution the investors' share, right the holder's.

Terms = dict[str, float]
UNDEFINED = float("nan")

LENT = {
    "rate": ("rate", "commitment", "vat"), "line": ("balance", "exposure"),
    "tenor": ("access",), "sharing": ("covered", "fee", "share"), "funding": ("refinanced",),
    "business": ("business",), "right": ("right",),
    "survival": ("life", "end", "loss", "workout", "running"),
}  # fmt: skip
PAID = {
    "rate": ("rate", "commitment"), "line": ("balance",), "tenor": ("access",),
    "business": ("delivery",), "right": ("royalty",), "survival": ("life",),
}  # fmt: skip
OWNED = {
    "survival": ("alive", "discount"), "growth": ("value", "payments"),
    "dilution": ("investors",), "right": ("holder",),
}  # fmt: skip


def lenders_money(t: Terms) -> float:
    """Give what all lenders together earn on a firm, CNY million."""
    spread = t["rate"] + t["commitment"] - t["vat"] + t["refinanced"] * t["cheaper"]
    spread -= t["fee"] + t["funding"] + t["running"]
    flow = t["life"] * (t["access"] * t["balance"] * spread + t["business"])
    lost = t["loss"] * (1.0 - t["covered"]) + t["workout"] * (t["funding"] + t["running"])
    return flow + t["right"] - t["end"] * t["exposure"] * lost


def leads_money(t: Terms) -> float:
    """Give the part of the first lender, CNY million."""
    return t["share"] * lenders_money(t)


def firms_payments(t: Terms) -> float:
    """Give what the firm pays for its loans, CNY million."""
    flow = t["access"] * t["balance"] * (t["rate"] + t["commitment"]) + t["delivery"]
    return t["life"] * flow + t["royalty"]


def founders_wealth(t: Terms) -> float:
    """Give the present value at entry of what founders get, CNY million."""
    share = 1.0 - t["investors"] - t["holder"]
    return share * (t["alive"] * t["value"] + t["payments"]) * t["discount"]


PARTIES: dict[str, tuple[Callable[[Terms], float], Mapping[str, tuple[str, ...]]]] = {
    "lenders together": (lenders_money, LENT),
    "lead lender": (leads_money, LENT),
    "firm's payments": (firms_payments, PAID),
    "founders' wealth": (founders_wealth, OWNED),
}


def terms_of(history: History, firm: int) -> Terms:
    """Read the terms of the identities from one firm's record.

    A term is nan where the world does not define it.

    Parameters
    ----------
    history
        Of a finished world.
    """
    f, facts = history.firms[firm], history.facts
    balance, line = float(f.cum_balance), float(f.credit_years)
    life = max(min(float(f.end), history.end) - float(f.birth), 0.0)
    cheap = facts.get("relending_rate")
    mean = _over(balance, line)
    ended = int(f.defaulted) == 1
    exposure = float(f.exposure_at_default) if ended else UNDEFINED
    return {
        "life": life, "access": _over(line, life, 0.0), "balance": mean,
        "rate": _over(float(f.cum_interest), balance), "fee": _over(float(f.cum_fee), balance),
        "commitment": _over(float(f.cum_commitment), balance),
        "vat": _over(float(f.cum_vat), balance),
        "refinanced": _over(float(f.cum_refinanced), balance),
        "cheaper": 0.0 if cheap is None else facts["funding_rate"] - cheap,
        "funding": facts["funding_rate"], "running": facts["operating_cost"][int(f.stage)],
        "business": _over(float(f.cum_relation), life, 0.0),
        "delivery": _over(float(f.cum_delivery), life, 0.0),
        "right": float(f.cum_gain + f.cum_royalty), "royalty": float(f.cum_royalty),
        "end": float(ended), "exposure": exposure,
        "covered": _covered(history, firm) if ended else UNDEFINED,
        "loss": _over(float(unpaid(history)[firm]), exposure),
        "workout": _over(_in_default(history, firm), exposure),
        "share": _lead_share(history, firm), **_owners(history, firm),
    }  # fmt: skip


def _in_default(history: History, firm: int) -> float:
    """Give the time integral of the firm's balance in default, CNY million years."""
    return float(npl_years(history, -math.inf, history.end)[firm])


def _covered(history: History, firm: int) -> float:
    """Give the part of a loss that is not the lenders'."""
    whole = float(unpaid(history)[firm])
    return 1.0 - _over(float(net_loss(history)[firm]), whole, 1.0)


def _owners(history: History, firm: int) -> Terms:
    """Give what founders' wealth is made of."""
    f, facts = history.firms[firm], history.facts
    status = int(f.status)
    alive, sold = status == ALIVE, status in (LISTED, ACQUIRED, DEPARTED)
    worth = facts["private_value_share"] * float(f.value) if alive else float(f.exit_value)
    last = history.end if alive else float(f.end)
    return {
        "alive": float(alive or sold), "value": worth if alive or sold else UNDEFINED,
        "payments": float(f.cum_dividend), "holder": float(f.holder + f.buyers),
        "investors": 1.0 - float(f.founders) - float(f.holder + f.buyers),
        "discount": (1.0 + facts["discount_rate"]) ** (float(f.birth) - last),
    }  # fmt: skip


def _lead_share(history: History, firm: int) -> float:
    """Give the first lender's mean share of the firm's lines; nan without a line."""
    book = of_book(history)
    rows = np.flatnonzero(book["firm"] == firm)
    if not rows.size:
        return UNDEFINED
    start, stop = spells(history)
    weight = (book["limit"] * (stop - start))[rows]
    lead = book["lender"][rows[0], 0]
    held = np.where(book["lender"][rows] == lead, book["share"][rows], 0.0).sum(axis=1)
    return _over(float(weight @ held), float(weight.sum()), float(held[0]))


def _over(part: float, whole: float, otherwise: float = UNDEFINED) -> float:
    return part / whole if whole > 0.0 else otherwise


# --- One firm's money under two arrangements: what makes the gap ---------------------------------
# The identities and their terms stand in `sim.studies.story`. Effects are Shapley values
# over groups of terms, so they add up to the gap and depend on no order. A term that a world
# does not define, such as the rate of a firm without a loan, takes the value of the other
# world, so that the gap goes to what made the difference.

MONEY = "CNY million"
NO_GAP = "All money on the firm is the same under both."
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class StoryGap:
    """The gap in one firm's money between two arrangements, split into effects.

    Parameters
    ----------
    story
        The firm's life under both.
    arrangements
        The gap is the second less the first.
    terms : dict of arrangement to dict of str to float
        What stands in the identities; nan where a world does not define it.
    rows
        Columns party, effect, part, unit.
    """

    story: Story
    arrangements: tuple[str, str]
    terms: dict[str, Terms]
    rows: pd.DataFrame

    def frame(self) -> pd.DataFrame:
        """Give one row for each party and effect, and one for their sum."""
        return self.rows.copy()

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        first, second = self.arrangements
        life, firm = findings_of(self.story), self.story.firm
        terms = pd.DataFrame(self.terms).rename_axis("term").reset_index()
        captions = {
            "effects": f"{less_text(self.arrangements).capitalize()}: what makes the gap in money"
            f" on firm {firm}; what is zero is left out",
            "terms": "Terms of the identities: rates and shares per year of life or of balance",
            **life.captions,
        }
        apart = self.rows[self.rows["part"] != 0.0]
        gaps = [self._sentence(party) for party in PARTIES]
        sentences = [*(gaps if len(apart) else [NO_GAP]), *life.sentences]
        title = f"Firm {firm} in replication {self.story.replication}: {second} against {first}"
        tables = {"effects": apart, "terms": terms, **life.tables}
        return Findings(f"{life.key}_{second}", title, tuple(sentences), tables, captions)

    def _sentence(self, party: str) -> str:
        """Name the gap of a party and its largest parts."""
        own = self.rows[self.rows["party"] == party].set_index("effect")["part"]
        parts = own.drop(TOTAL)
        parts = parts[parts.abs() > 0.0].sort_values(key=np.abs, ascending=False)
        told = "; ".join(f"{name} {_signed(value)}" for name, value in parts.items())
        of = f": {told}" if told else ""
        start = party[:1].upper() + party[1:]
        gap = f"{start}, {less_text(self.arrangements)}: {_signed(own[TOTAL])} CNY million"
        return f"{gap}{of}."


def _signed(value: float) -> str:
    return plain_number(value, 3, sign=True)


def findings_of(story: Story) -> Findings:
    """Give the words and the events of a story, for files and the report."""
    which = f"Firm {story.firm} in replication {story.replication}"
    names = ", ".join(arrangement_text(name).lower() for name in story.events)
    sentences = (
        *story.divergence.split("\n"),
        "One firm in one replication: an account of what happened, with no interval.",
    )
    caption = f"{which}: its life under each arrangement"
    return Findings(
        f"story_{story.firm}_{story.replication}", f"{which}: {names}", sentences,
        {"lives": story.lives(), "events": story.frame()},
        {"lives": caption, "events": f"{caption}, as stored"},
    )  # fmt: skip


def story_gap(
    scenario: Scenario, firm: int, arrangements: Names, replication: int = 0
) -> StoryGap:
    """Split the gap in one firm's money between two arrangements.

    Parameters
    ----------
    firm
        Row of the firm, from 0.
    arrangements
        Programmes too. The gap is the second less the first.

    Raises
    ------
    ScenarioError
        If there is no such firm or arrangement.
    """
    first, second = check_request(scenario, firm, arrangements)
    run = dict.fromkeys([scenario.experiment.baseline, first, second])
    own = scenario.with_values({"experiment.arrangements": list(run)})
    terms: dict[str, Terms] = {}
    lives: dict[str, Life] = {}
    for world in worlds(own, replication, trace=True):
        if world.name in (first, second):
            terms[world.name] = terms_of(freeze(world), firm)
            lives[world.name] = life_of(world, firm)
    parts = [row for party in PARTIES for row in effects(party, terms[first], terms[second])]
    told = story_of(firm, replication, {name: lives[name] for name in (first, second)})
    return StoryGap(told, (first, second), terms, pd.DataFrame(parts))


def check_request(scenario: Scenario, firm: int, arrangements: Names) -> tuple[str, str]:
    """Check what is asked for, and give the two arrangements; as in `story_gap`."""
    pair, _ = together(
        lambda: arrangements_of(scenario, arrangements, 2), lambda: check_firm(scenario, firm)
    )
    return pair[0], pair[1]


def effects(party: str, first: Terms, second: Terms) -> list[dict[str, Any]]:
    """Split one party's gap over its effects."""
    money, groups = PARTIES[party]
    one, two = filled(first, second), filled(second, first)
    names = list(groups)
    worth = np.array([[money(_mixed(one, two, groups, c)) for c in range(1 << len(names))]])
    parts = shapley(worth)[0]
    gap = float(worth[0, -1] - worth[0, 0])
    assert abs(parts.sum() - gap) <= _ROUNDING * np.abs(worth).max(), "effects do not add up"
    told = [*zip(names, parts.tolist(), strict=True), (TOTAL, gap)]
    return [{"party": party, "effect": e, "part": value, "unit": MONEY} for e, value in told]


def filled(own: Terms, other: Terms) -> Terms:
    """Let undefined terms take the other world's value, or zero."""
    return {
        name: next((v for v in (value, other[name]) if np.isfinite(v)), 0.0)
        for name, value in own.items()
    }


def _mixed(
    first: Terms, second: Terms, groups: Mapping[str, tuple[str, ...]], coalition: int
) -> Terms:
    """Give the first world's terms with those of some groups taken from the second."""
    taken = [n for k, names in enumerate(groups.values()) if coalition >> k & 1 for n in names]
    return {**first, **{name: second[name] for name in taken}}
