"""The answer of a run in sentences: for banks, firms and the public, by rules.

Which arrangement is better, by how much, in which part of the cycle, on what it hangs and how
sure it is.  Every sentence follows from `sim.report.judged`: what is not clear of zero is not
ranked, what is smaller than what counts gets no words, and where nothing is clear the smallest
difference stands that the run could have told.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from sim.analysis.compare import TOO_FEW, UNRESOLVED, Comparison
from sim.analysis.mean_rule import told_range
from sim.base.language import tr
from sim.base.wording import RowStyle, arrangement_text, inside, percent_text, spoken
from sim.model.contracts.arrangement import Arrangement
from sim.report.figures.selection import SIDES, Side, asked, first
from sim.report.figures.style import places
from sim.report.judged import NO_PARTS, Found, Judged, Parts
from sim.report.parts import cited, coded, in_a_row, put
from sim.scenario.declared import unit_and_meaning
from sim.scenario.neighbours import PROMISE, Part
from sim.scenario.toml_text import split_key
from sim.studies.findings import Study

_OF_ASSUMPTIONS = ("robustness", "sensitivity")
CEILINGS = "ceilings"
"""Key of the study of what finance could do at most."""
_TONES = {1: "good", -1: "bad", 0: "none"}


@dataclass(frozen=True)
class Told:
    """What sentences are made from: judged differences and how their numbers are written."""

    found: Found
    comparison: Comparison
    styles: Mapping[str, RowStyle]
    parts: Parts = field(default_factory=dict)

    def of(self, name: str, arrangement: str, versus: str = "") -> Judged | None:
        """Give a difference, from the baseline by default; None where there is none."""
        return self.found.get((name, arrangement, versus or self.comparison.baseline))


def answer(found: Found, comparison: Comparison, parts: Parts = NO_PARTS) -> list[dict[str, Any]]:
    """Give the answer for every side of which the run has outcomes.

    Where what was run tells `parts` of an arrangement apart, as `sim.scenario.neighbours.parts_of`
    gives them, it is said what they make.

    Keys key and label (str); has_cycle (bool); blocks: of the two arrangements that come first,
    name, place, tone, verdict and lines of a head and a sentence; direct: how these two compare;
    others: a sentence on each further arrangement.
    """
    styles = {name: comparison.style(name) for name in {key[0] for key in found}}
    told = Told(found, comparison, styles, parts)
    return [_side(side, names, told) for side in SIDES if (names := asked(side, list(styles)))]


def assumptions_sentence(studies: Iterable[Study], has_turns: bool = False) -> str:
    """Say how far the answer hangs on assumptions, from a study of them where there is one.

    `has_turns`: whether the page tells what would turn a headline.
    """
    for study in studies:
        if study.findings.key.startswith(_OF_ASSUMPTIONS) and study.findings.sentences:
            return study.findings.sentences[0]
    if has_turns:
        return tr(
            "What would turn a headline, of what was only assumed, stands in the report below its"
            " first table."
        )
    return tr(
        "No study of the assumptions was made of this run, so how far the answer hangs on them"
        " is not told."
    )


def ceilings_sentence(studies: Iterable[Study], scenario_sha256: str = "") -> str:
    """Say what finance could do at most, where a study of this scenario tells; else nothing."""
    for study in studies:
        made_of = study.about.get("scenario_sha256", "")
        if study.findings.key == CEILINGS and made_of == scenario_sha256:
            return study.findings.sentences[0]
    return ""


def _side(side: Side, names: Sequence[str], told: Told) -> dict[str, Any]:
    every, baseline = told.comparison.arrangements, told.comparison.baseline
    pair = first(every, baseline)
    rest = [name for name in every if name not in (*pair, baseline)]
    direct = told.of(names[0], pair[-1], pair[0]) if len(pair) == 2 else None
    return {
        "key": side.key, "label": tr(side.label),
        "has_cycle": any(told.of(name, pair[0]) for name in side.phases if pair),
        "blocks": [_block(side, names, name, told) for name in pair],
        "direct": _verdict(direct, told) if direct else "",
        "others": [
            in_a_row([_verdict(one, told), *what_parts_make(one, told)])
            for name in rest if (one := told.of(names[0], name)) is not None
        ],
    }  # fmt: skip


def _block(side: Side, names: Sequence[str], arrangement: str, told: Told) -> dict[str, Any]:
    """Tell one arrangement against the baseline."""
    lead = told.of(names[0], arrangement)
    lines = []
    if lead is not None:
        further = [told.of(name, arrangement) for name in names[1:]]
        lines = [
            *_further(lead, [one for one in further if one is not None], told),
            (tr("Cycle"), _cycle(side, arrangement, told)),
            (tr("Hangs on") if side.adds_up else tr("Goes with"), _cause(side, lead, told)),
            (tr("By part"), in_a_row(what_parts_make(lead, told))),
            (tr("How sure"), _sureness(lead, told)),
        ]
    return {
        "name": arrangement,
        "place": places(told.comparison.arrangements)[arrangement],
        "tone": _TONES[lead.side if lead else 0],
        "verdict": _verdict(lead, told) if lead else "",
        "lines": [(head, words) for head, words in lines if words],
    }


# --- Numbers and names as phrases ----------------------------------------------------------------


def number_phrase(one: Judged, written: RowStyle) -> Markup:
    """Write a difference with its interval, both with the ids of their cells."""
    row = one.row
    step = cited(written.step(row["difference"]), *_way(one, "difference"))
    ends = cited(told_range(written, row), *_way(one, ("low", "high")))
    return put("{step} ({range})", step=step + _unit(one, written), range=ends)


def _way(one: Judged, column: object) -> tuple[object, ...]:
    row = one.row
    return "committee", row["outcome"], row["arrangement"], row["versus"], column


def _unit(one: Judged, written: RowStyle) -> str:
    """Give what follows a difference: that it is one of a year, or a unit that has no sign."""
    if one.mark.unit.startswith("per year"):
        return tr(" a year")
    is_bare = written.style.step or one.mark.unit in ("ratio", "correlation")
    return "" if is_bare else f" {written.style.step_axis}"


def _size(one: Judged, column: str, told: Told) -> Markup:
    """Write a size that has no sign: what could be told, or what counts."""
    written = told.styles[one.mark.name]
    text = written.step(one.row[column], sign=False)
    return cited(text, *_way(one, column)) + _unit(one, written)


def _item(one: Judged, told: Told) -> Markup:
    """Write an outcome with its difference."""
    number = number_phrase(one, told.styles[one.mark.name])
    return put("{label} {number}", label=inside(tr(one.mark.label)), number=number)


def _list(items: Sequence[Markup]) -> Markup:
    return Markup(tr("; ")).join(items)


# --- Sentences -----------------------------------------------------------------------------------


def _verdict(one: Judged, told: Told) -> Markup:
    """Say which of two is better on one outcome, or why that is not said."""
    row = one.row
    names = {
        "one": arrangement_text(row["arrangement"]), "two": spoken(row["versus"]),
        "label": inside(tr(one.mark.label)),
    }  # fmt: skip
    if one.is_told:
        words = {
            1: "{one} is better than {two}: {item}.",
            -1: "{one} is worse than {two}: {item}.",
            0: "{one} differs from {two}: {item}.",
        }[one.side]
        return put(words, item=_item(one, told), **names)
    if one.is_clear:
        words = "{one} and {two} differ in {label} by less than what counts ({counts})."
        return put(words, counts=_size(one, "counts", told), **names)
    if row["verdict"] == UNRESOLVED:
        words = "{one} and {two} differ in {label} in none of {count} histories."
        return put(words, count=cited(row["pairs"], *_way(one, "pairs")), **names)
    if _is_too_few(row):
        return put("{one} cannot be told from {two} in {label}: too few histories.", **names)
    words = (
        "{one} cannot be told apart from {two} in {label}; this run could have told {smallest}."
    )
    return put(words, smallest=_size(one, "smallest", told), **names)


def _further(lead: Judged, others: Sequence[Judged], told: Told) -> list[tuple[str, Markup | str]]:
    """Tell what else is clear and counts, what agrees with the verdict first."""
    heads = {1: tr("Better in"), -1: tr("Worse in")}
    found: list[tuple[str, Markup | str]] = []
    for side in (-1, 1) if lead.side == -1 else (1, -1):
        items = [_item(one, told) for one in others if one.side == side]
        if items:
            found.append((heads[side], put("{items}.", items=_list(items))))
    return found


def _cycle(side: Side, arrangement: str, told: Told) -> Markup | str:
    """Say in which part of the cycle the difference lies."""
    every = [told.of(name, arrangement) for name in side.phases]
    phases = [one for one in every if one is not None and one.row["pairs"]]
    if not phases:
        return ""
    items = [_phase(one, told) for one in phases if one.mark.name != "cycle.margin_gap"]
    gap = next((one for one in phases if one.mark.name == "cycle.margin_gap"), None)
    said = [put("{items}.", items=_list(items))]
    if gap is not None:
        said.append(_gap(gap, told))
    return in_a_row(said)


def _phase(one: Judged, told: Told) -> Markup:
    label = inside(tr(one.mark.label))
    if one.is_told:
        return _item(one, told)
    if one.is_clear:
        return put("{label} less than counts", label=label)
    if _is_too_few(one.row):
        return put("{label} not told: too few histories", label=label)
    size = _size(one, "smallest", told)
    return put("{label} not told (below {smallest})", label=label, smallest=size)


def _is_too_few(row: Mapping[str, Any]) -> bool:
    """Whether histories are too few to say what they could have told."""
    return row["verdict"] == TOO_FEW or not row["smallest"] > 0.0


def _gap(one: Judged, told: Told) -> Markup:
    """Say whether boom and bust come nearer to each other."""
    if one.side:
        words = {
            1: "Boom and bust come nearer to each other: {item}.",
            -1: "Boom and bust go further apart: {item}.",
        }[one.side]
        return put(words, item=_item(one, told))
    return put("In which of the two it is larger is not told.")


def _cause(side: Side, lead: Judged, told: Told) -> Markup | str:
    """Say what moves together with the verdict; of parts that add up, the largest."""
    if not lead.side:
        return ""
    arrangement = str(lead.row["arrangement"])
    every = [(told.of(name, arrangement), sign) for name, sign in side.causes.items()]
    fitting = [
        one for one, sign in every
        if one is not None and one.is_told and sign * one.row["difference"] * lead.side > 0.0
    ]  # fmt: skip
    if not fitting:
        return put("no part of it that is measured is clear, so this is not told.")
    if not side.adds_up or lead.mark.unit != fitting[0].mark.unit:
        return put("{item}.", item=_item(fitting[0], told))
    largest = max(fitting, key=lambda one: abs(one.row["difference"]))
    is_whole = abs(largest.row["difference"]) >= abs(lead.row["difference"])
    words = "{item}, more than the whole of it." if is_whole else "{item}, a part of it."
    return put(words, item=_item(largest, told))


def what_parts_make(lead: Judged, told: Told) -> list[Markup]:
    """Say of each part that is told apart what it makes of a difference from the baseline.

    That is the difference with the part less that without it, paired by replication. Where the
    sign of the difference hangs on the part, that is said too.
    """
    said = []
    for part in told.parts.get(str(lead.row["arrangement"]), ()):
        makes = told.of(lead.mark.name, *part.pair)
        rest = told.of(lead.mark.name, part.other)
        if makes is None or rest is None:
            continue
        if any(one.is_told for one in (lead, makes, rest)):
            said += [_part(part, makes, rest, told), *_turn(part, makes, (lead, rest))]
    return said


def _part(part: Part, makes: Judged, rest: Judged, told: Told) -> Markup:
    written = told.styles[makes.mark.name]
    words = (
        "With {part} as well ({other}), it would be {rest}: {part} makes {makes}."
        if part.is_added
        else "Of this, {part} makes {makes}; without it ({other}), {rest} is left."
    )
    return put(
        words, part=_part_text(part), other=inside(arrangement_text(part.other)),
        makes=number_phrase(makes, written), rest=number_phrase(rest, written),
    )  # fmt: skip


def _part_text(part: Part) -> Markup:
    if part.name == PROMISE:
        return put("the promise of business")
    meaning = unit_and_meaning(Arrangement.model_fields[part.name])[1]
    return put("the clause “{clause}”", clause=tr(meaning.capitalize()))


def _turn(part: Part, makes: Judged, ends: tuple[Judged, Judged]) -> Iterator[Markup]:
    """Say that the sign hangs on a part, and at which promise about it turns."""
    one, two = (float(end.row["difference"]) for end in ends)
    if one * two >= 0.0 or not makes.is_clear:
        return
    yield put("The sign hangs on {part}.", part=_part_text(part))
    if part.key:
        yield put(
            "On a straight line from no promise to that of {hazard} a year, it turns at about"
            " {turns} a year; {command} searches for it.",
            hazard=cited(f"{part.hazard:.2g}", "scenario", *split_key(part.key)),
            turns=cited(f"{makes.row['turns_at']:.2g}", *_way(makes, "turns_at")),
            command=coded(_search(part, makes, str(ends[0].row["versus"]))),
        )  # fmt: skip


def _search(part: Part, makes: Judged, baseline: str) -> str:
    """Write the command that finds where the sign turns."""
    return (
        f"`breakeven FILE --vary {part.key}=0:1 --outcomes {makes.mark.name}"
        f" --arrangements {baseline},{part.pair[0]}`"
    )


def _sureness(lead: Judged, told: Told) -> Markup | str:
    """Say in how many histories it is so, and whether it stands beside all other comparisons."""
    row = lead.row
    if not lead.is_clear:
        return ""
    counted = put(
        "better in {ahead}, worse in {behind} of {pairs} histories;",
        **{name: cited(row[name], *_way(lead, name)) for name in ("ahead", "behind", "pairs")},
    )
    words = (
        "clear also beside all {rows} comparisons."
        if row["clear_of_all"]
        else "not clear beside all {rows} comparisons."
    )
    return in_a_row([counted, put(words, rows=len(told.comparison.rows))])


def how_sure(comparison: Comparison, replications: int) -> str:
    """Say what the intervals of the page hold."""
    return tr(
        "Intervals hold {level} of the luck of {count} histories and nothing of the assumptions.",
        level=percent_text(comparison.confidence), count=replications,
    )  # fmt: skip
