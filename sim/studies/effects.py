"""Who is really helped: effects on those who sign, additionality, and who gains what.

All of it is read from the results of one run, so nothing is simulated for it. A history is one
observation: firms of one history share one economy. Effects are ratios of sums over histories here
less those in the baseline, of groups that are told by what firms were in the baseline at signing.

References
----------
Imbens and Rubin (2015), Causal Inference, for effects on the treated. Holm (1979), A simple
sequentially rejective multiple test procedure, for what holds of all effects together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.additionality import (
    EMPTY,
    FEWER,
    FREE,
    INTERVAL,
    MEASURES,
    additionality,
)
from sim.analysis.estimates import (
    FloatArray,
    averaged,
    holm,
    mean_interval,
    t_p_value,
)
from sim.analysis.outcomes_table import ResultsView, measure
from sim.analysis.ratios import gap_of_ratios, ratio_of_means
from sim.base.language import tr
from sim.base.wording import MINUS, arrangement_text, level_text, percent_text
from sim.model.firms.record import STAGES
from sim.outcomes.effects import (
    BACKING,
    DOSES,
    EFFECTS,
    KINDS,
    QUANTILES,
    SPREAD,
    SPREADS,
    SUMS,
    THIRDS,
    WHO,
    WORSE,
    sums_name,
)
from sim.outcomes.groups import SIZES
from sim.studies.findings import Findings, estimate_text
from sim.studies.request import several_arrangements

KEY = "effects"
CURVES = "series"
BANKS, FIRMS = "bank_gain", "wealth"
"""Effects that stand side by side by size: what banks gain, and what founders do."""
LINE = "line"
_BY = {
    "who": "what they would have had", "stage": "stage", "size": "size", "sector": "sector",
    "quality": "third of quality", "venture": "venture capital", LINE: "line over yearly sales",
}  # fmt: skip
_EFFECT_COLUMNS = (
    "arrangement", "by", "group", "effect", "firms", "here", "baseline", "difference", "low",
    "high", "unit", "clear", "clear_of_all",
)  # fmt: skip
_GAIN_COLUMNS = (
    "arrangement", "size", "firms", "banks", "banks_low", "banks_high", "founders",
    "founders_low", "founders_high",
)  # fmt: skip
_SPREAD_COLUMNS = ("arrangement", "effect", "share_below", "value", "low", "high", "unit")
_LOSER_COLUMNS = (
    "arrangement", "effect", "firms", "worse", "worse_low", "worse_high", "better", "better_low",
    "better_high",
)  # fmt: skip


@dataclass(frozen=True)
class View:
    """Results, read series by series."""

    results: ResultsView
    confidence: float

    @property
    def baseline(self) -> str:
        """What effects are told against."""
        return str(self.results.scenario.experiment.baseline)

    @property
    def unit(self) -> int:
        """Replications that make one observation; 2 for antithetic pairs."""
        return int(self.results.scenario.variance_reduction.unit)

    def others(self) -> list[str]:
        """Arrangements that are compared with the baseline."""
        run = self.results.scenario.experiment.arrangements
        return [name for name in run if name != self.baseline]

    def curves(self, head: str, arrangement: str) -> pd.DataFrame:
        """Series that begin alike: a row for each replication, columns series and x.

        Histories in which nobody is supported have missing values.
        """
        table = self.results.table(CURVES)
        names = [name for name in table.words("series") if name.startswith(f"{head}:")]
        rows = table.where("series", names)
        wide = rows[rows["arrangement"] == arrangement].astype({"series": str})
        wide = wide.pivot_table(values="value", index="replication", columns=["series", "x"])
        return wide.reindex(range(self.results.scenario.experiment.replications))

    def effects(self) -> pd.DataFrame:
        """Every effect on every group, in columns `_EFFECT_COLUMNS`."""
        rows = [row for name in self.others() for row in self._effects_of(name)]
        frame = pd.DataFrame(rows, columns=[*_EFFECT_COLUMNS[:-1], "p"])
        # All effects of the study are one family of statements.
        frame["clear_of_all"] = holm(frame.pop("p"), 1.0 - self.confidence)
        return frame

    def _effects_of(self, name: str) -> Iterator[dict[str, Any]]:
        wide = self.curves(SUMS, name).fillna(0.0)
        found = {tuple(one.split(":", 3)[2:]) for one in wide.columns.get_level_values("series")}
        sectors = self.results.scenario.sector
        order = [*WHO, *STAGES, *SIZES, *sectors, *THIRDS, *BACKING, *DOSES]
        for kind, member in sorted(
            found, key=lambda one: (KINDS.index(one[0]), order.index(one[1]))
        ):
            for effect, told in EFFECTS.items():
                sums = averaged(wide[sums_name(effect, kind, member)], self.unit)
                gap = gap_of_ratios(sums, self.confidence)
                firms = averaged(wide[sums_name("balance", kind, member)], self.unit)[:, 1]
                yield {
                    "arrangement": name, "by": _BY[kind], "group": WHO.get(member, member),
                    "effect": told.label, "firms": float(firms.mean()),
                    "here": _level(sums[:, :2]), "baseline": _level(sums[:, 2:]),
                    **gap.named("difference", "low", "high"), "unit": told.unit,
                    "clear": gap.side != 0, "p": t_p_value(gap, gap.count - 1),
                }  # fmt: skip

    def spread(self) -> Iterator[dict[str, Any]]:
        """Quantiles within a history of the effects on single supported firms, on average."""
        for name in self.others():
            wide = self.curves(SPREADS, name)
            for effect, unit in SPREAD.items():
                for share in QUANTILES:
                    column = (f"{SPREADS}:{effect}", share)
                    if column in wide:
                        found = mean_interval(averaged(wide[column], self.unit), self.confidence)
                        row = {"arrangement": name, "effect": _told(effect), "share_below": share}
                        yield {**row, **found.named("value", "low", "high"), "unit": unit}

    def losers(self) -> Iterator[dict[str, Any]]:
        """Shares of supported firms that have less, and more, than in the baseline."""
        for name in self.others():
            wide = self.curves(WORSE, name).fillna(0.0)
            for effect in SPREAD if len(wide.columns) else ():
                worse, better, firms = averaged(wide[f"{WORSE}:{effect}"], self.unit).T
                parts = [
                    ratio_of_means(np.column_stack([firms, one]), self.confidence)
                    for one in (worse, better)
                ]
                yield {
                    "arrangement": name, "effect": _told(effect), "firms": float(firms.mean()),
                    **parts[0].named("worse", "worse_low", "worse_high"),
                    **parts[1].named("better", "better_low", "better_high"),
                }  # fmt: skip


def _level(pairs: FloatArray) -> float:
    part, whole = pairs.mean(axis=0)
    return float(part / whole) if whole > 0.0 else np.nan


def _told(effect: str) -> str:
    """Name an effect on a single firm."""
    return EFFECTS[effect].label if effect in EFFECTS else "Years lived"


def gains(effects: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Side by side by size at signing: what banks gain by a firm, and what its founders do."""
    by_size = effects[effects["by"] == _BY["size"]]
    for (name, size), rows in by_size.groupby(["arrangement", "group"], sort=False):
        own = rows.set_index("effect")
        row = {"arrangement": name, "size": size, "firms": own["firms"].iloc[0]}
        for side, effect in (("banks", BANKS), ("founders", FIRMS)):
            one = own.loc[EFFECTS[effect].label]
            ends = {f"{side}_low": one["low"], f"{side}_high": one["high"]}
            row |= {side: one["difference"], **ends}
        yield row


@dataclass(frozen=True, eq=False)
class ProgrammeEffects:
    """What a run says of those who sign.

    Parameters
    ----------
    tables
        "additionality", "effects", "gains", "spread", "losers" and "dose".
    """

    tables: dict[str, pd.DataFrame]
    baseline: str
    replications: int
    confidence: float = 0.95

    def frame(self) -> pd.DataFrame:
        """Give every effect on every group.

        Columns arrangement, by, group, effect, firms (in a history), here, baseline, difference,
        low, high, unit, clear (of zero), clear_of_all (when all are judged together).
        """
        return self.tables["effects"].copy()

    def sentences(self) -> Iterator[str]:
        """Say what is additional, at what price, who gains and loses, and how sure it is."""
        told = self.tables["additionality"]
        for name, rows in told.groupby("arrangement", sort=False):
            yield from self._of_arrangement(str(name), rows.set_index("measure"))
        every = pd.concat([self.tables["effects"], self.tables["dose"]])
        known = every[every["difference"].notna()]
        yield tr(
            "Of {all} effects on groups {clear} are clear of zero each by itself, and {joint} when"
            " all are judged together at {level} (Holm).",
            all=len(known), clear=int(known["clear"].sum()),
            joint=int(known["clear_of_all"].sum()), level=percent_text(self.confidence),
        )  # fmt: skip
        yield tr(
            "A history is one observation, and there are {count}; effects are those against"
            " {baseline} in the same history.",
            count=self.replications, baseline=arrangement_text(self.baseline).lower(),
        )  # fmt: skip

    def _of_arrangement(self, name: str, rows: pd.DataFrame) -> Iterator[str]:
        arrangement = arrangement_text(name)
        if rows["told"].eq(EMPTY).all():
            yield tr("{arrangement}: nobody is supported.", arrangement=arrangement)
            return
        shown = {key: estimate_text(row, "value") for key, row in rows.iterrows()}
        yield tr(
            "{arrangement}: of the money lent to supported firms {money} would not have been lent"
            " to them otherwise, and {firms} of these firms would have had no loan; net of what is"
            " crowded out and of what other firms lose it is {net}.",
            arrangement=arrangement, money=shown["money"], firms=shown["firms"],
            net=shown["net"],
        )  # fmt: skip
        yield tr("{arrangement}: {price}", arrangement=arrangement, price=price_text(rows))
        yield from self._gains_of(name)
        losers = self.tables["losers"].query("arrangement == @name").set_index("effect")
        if len(losers):
            worse = losers.loc[EFFECTS[FIRMS].label]
            ends = {
                "value": worse["worse"],
                "low": worse["worse_low"],
                "high": worse["worse_high"],
            }
            yield tr(
                "{arrangement}: founders of {share} of supported firms end poorer.",
                arrangement=arrangement, share=estimate_text({**ends, "unit": "share"}, "value"),
            )  # fmt: skip

    def _gains_of(self, name: str) -> Iterator[str]:
        """Say at which sizes of firm banks, and founders, clearly gain or lose."""
        own = self.tables["gains"].query("arrangement == @name")
        if len(own):
            yield tr(
                "{arrangement}: by size of firm, what banks gain is clear of zero for {banks}, and"
                " what founders gain for {founders}.",
                arrangement=arrangement_text(name), banks=clear_sizes(own, "banks"),
                founders=clear_sizes(own, "founders"),
            )  # fmt: skip

    def findings(self) -> Findings:
        """Give words and tables for files and the report."""
        captions = {
            "additionality": "What would not have been without it, and what it costs the public:"
            " sums of all histories over each other",
            "effects": "Effects on those who sign, by what they were in the baseline at signing",
            "gains": "What banks gain by a firm and what its founders gain, by size at signing,"
            " CNY million a firm",
            "spread": "Effects on single supported firms: quantiles of a history, on average",
            "losers": "Shares of supported firms that have less, and more, than otherwise",
            "dose": "Effects by the size of the first line over yearly sales at signing",
        }
        units = {
            "banks": "CNY million", "banks_low": "CNY million", "banks_high": "CNY million",
            "founders": "CNY million", "founders_low": "CNY million",
            "founders_high": "CNY million", "worse": "share", "worse_low": "share",
            "worse_high": "share", "better": "share", "better_low": "share",
            "better_high": "share", "share_below": "share", "firms": "firms",
        }  # fmt: skip
        shown = {name: table for name, table in self.tables.items() if len(table)}
        if "additionality" in shown:
            labels = {key: one.label for key, one in MEASURES.items()}
            table = shown["additionality"]
            shown["additionality"] = table.assign(measure=table["measure"].map(labels))
        title = "Who is really helped, and at what public price?"
        kept = {name: caption for name, caption in captions.items() if name in shown}
        return Findings(KEY, title, tuple(self.sentences()), shown, kept, units)


def clear_sizes(gains: pd.DataFrame, side: str) -> str:
    """Name the sizes at which the gain of a side is clear of zero, with its sign.

    >>> rows = pd.DataFrame({"size": ["micro", "small", "large"], "banks_low": [-2.0, -1.0, 0.5],
    ...     "banks_high": [-1.0, 1.0, 0.9]})
    >>> clear_sizes(rows, "banks"), clear_sizes(rows[1:2], "banks")
    ('Micro (−), Large (+)', 'no size')
    """
    ends = zip(gains["size"], gains[f"{side}_low"], gains[f"{side}_high"], strict=True)
    shown = [f"{tr(size.capitalize())} ({'+' if low > 0.0 else MINUS})"
             for size, low, high in ends if low > 0.0 or high < 0.0]  # fmt: skip
    return tr(", ").join(shown) or tr("no size")


def price_text(rows: pd.DataFrame) -> str:
    """Say what a programme costs the public per additional survivor and per yuan of credit.

    `rows` are those of one arrangement, by measure.
    """
    survivor, credit = (dict(rows.loc[key]) for key in ("per_survivor", "per_credit"))
    cost = level_text(survivor["numerator"], "CNY million")
    if survivor["told"] == FREE:
        return tr("no public money is spent.")
    if survivor["told"] == INTERVAL and credit["told"] == INTERVAL:
        return tr(
            "an additional survivor costs the public {survivor}, and a yuan more of credit for a"
            " year {credit}.",
            survivor=estimate_text(survivor, "value"), credit=estimate_text(credit, "value"),
        )  # fmt: skip
    if survivor["told"] == FEWER:
        return tr("CNY {cost} million of public money a history leave fewer survivors.", cost=cost)
    return tr(
        "the price of an additional survivor has no bounded interval: CNY {cost} million of public"
        " money and {saved} more survivors a history.",
        cost=cost, saved=level_text(survivor["denominator"], "firms"),
    )  # fmt: skip


def effects(results: ResultsView, confidence: float = 0.95) -> ProgrammeEffects:
    """Read from a run who is helped, how, and at what public price.

    Parameters
    ----------
    results
        Effects are told against the baseline of their scenario.
    confidence : in (0, 1)

    Raises
    ------
    ScenarioError
        If the run holds one arrangement only.
    """
    several_arrangements(results.scenario)
    view = View(results, confidence)
    needed = dict.fromkeys(name for one in MEASURES.values() for name in (*one.part, one.whole))
    told = additionality(measure(results, list(needed)), confidence)
    every = view.effects()
    is_dose = every["by"] == _BY[LINE]
    by_group, dose = (every[rows].reset_index(drop=True) for rows in (~is_dose, is_dose))
    tables = {
        "additionality": told,
        "effects": by_group,
        "gains": pd.DataFrame(list(gains(by_group)), columns=list(_GAIN_COLUMNS)),
        "spread": pd.DataFrame(list(view.spread()), columns=list(_SPREAD_COLUMNS)),
        "losers": pd.DataFrame(list(view.losers()), columns=list(_LOSER_COLUMNS)),
        "dose": dose,
    }
    count = results.scenario.experiment.replications
    return ProgrammeEffects(tables, view.baseline, count, confidence)
