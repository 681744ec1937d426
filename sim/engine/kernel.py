"""Compile the rules of firms and of banks the first time a run needs them.

The rules are plain Python. Each is registered so that compiled code may call it, and only
the few entry points are compiled. Each is cached on disk in a folder named by the rules that it
reaches, so that other processes and other checkouts start at once, an edited rule can never
meet stale machine code, and what does not reach it need not be compiled anew.
With ``CROSSCYCLE_JIT=0`` the same functions run interpreted.
"""

import hashlib
import inspect
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from sim.base import draws, special
from sim.engine import instruments, ledger, protection, quarter
from sim.model.banks import (
    application,
    bidding,
    books,
    capital,
    choice,
    committee,
    conditions,
    credit_decision,
    desk,
    hold_or_call,
    judgement,
    offer,
    offer_rate,
    own_business,
    parity,
    provisions,
    refinancing,
    signing,
    standing_still,
    taxation,
    tender,
    waiting,
    winners_curse,
    withdrawal,
)
from sim.model.contracts import eligibility, limit, upside
from sim.model.firms import (
    advance,
    beside,
    board,
    cash,
    claims,
    clock,
    contract_effects,
    credit_line,
    equity,
    events,
    exit_surprise,
    failure,
    flows,
    growth,
    lifecycle,
    loss_sharing,
    loss_surprise,
    market_conditions,
    operations,
    overdue,
    population,
    project,
    record,
    register,
    relationship,
    right,
    undrawn,
    waterfall,
    workout,
    worth_of_right,
)

RULE_MODULES: tuple[ModuleType, ...] = (
    special, draws, record, undrawn, overdue, waterfall, market_conditions, claims,
    loss_sharing, lifecycle, cash, growth, operations, credit_line, project, board, equity,
    register, beside, relationship, worth_of_right, right, workout, failure, population, clock,
    events, advance,
    contract_effects, flows, loss_surprise, exit_surprise, limit, upside, eligibility,
    application, judgement, conditions, offer_rate, own_business, parity, capital, taxation,
    credit_decision, winners_curse, bidding, waiting, hold_or_call, standing_still, withdrawal,
    offer, choice, tender, refinancing, signing, committee, provisions, books, ledger, protection,
    instruments, quarter,
)  # fmt: skip

ENTRIES: tuple[Any, ...] = (
    advance.advance, advance.fire, advance.switch_regime, committee.hold_meeting,
    signing.repeat_judge, signing.repeat_sign, signing.repeat_reduction,
    quarter.close_quarter, loss_surprise.loss_surprise, exit_surprise.exit_surprise,
)  # fmt: skip
"""What the engine calls, and `fire`, which is for other drivers; all else is reached from here."""


@dataclass(frozen=True)
class Kernel:
    """The entry points of the compiled (or interpreted) rules."""

    advance: Callable[..., int]
    fire: Callable[..., float]
    switch_regime: Callable[..., None]
    hold_meeting: Callable[..., None]
    repeat_judge: Callable[..., None]
    repeat_sign: Callable[..., None]
    repeat_reduction: Callable[..., None]
    close_quarter: Callable[..., None]
    loss_surprise: Callable[..., float]
    exit_surprise: Callable[..., float]
    compiled: bool


def interpreted() -> Kernel:
    """The entry points as plain Python, for debugging and for the proof of equal bits."""
    return Kernel(**{entry.__name__: entry for entry in ENTRIES}, compiled=False)


@lru_cache(maxsize=1)
def rules() -> list[FunctionType]:
    """Every function of the rule modules that compiled code may call."""
    found = []
    for module in RULE_MODULES:
        for _, value in inspect.getmembers(module, inspect.isfunction):
            if value.__module__ == module.__name__ and value.__name__ not in _NOT_RULES:
                found.append(value)
    return found


_NOT_RULES = {
    "replication_key", "uniform_columns", "flagged", "conditions", "parts_of",
    "demanded_ratio", "required_ratio",
    "packed_boards", "opening_providers", "new_claims", "_paid",
    "_posting", "_posting_between", "conditions_of", "belief_of", "filled",
}  # fmt: skip


def reached(entry: FunctionType) -> list[FunctionType]:
    """The rules that a rule leads to, itself first: those that its code names, and theirs."""
    known, found = set(rules()), [entry]
    for rule in found:
        found += [
            other
            for other in dict.fromkeys(_named(rule))
            if isinstance(other, FunctionType) and other in known and other not in found
        ]
    return found


def _named(rule: FunctionType) -> Iterator[Any]:
    """Values outside a rule that its code names, those of a module's attributes too."""
    for name in rule.__code__.co_names:
        value = rule.__globals__.get(name)
        if isinstance(value, ModuleType):
            yield from (getattr(value, other, None) for other in rule.__code__.co_names)
        else:
            yield value


def digest_of(entry: FunctionType) -> str:
    """Name the machine code of an entry point by all that it is made from.

    These are the rules that it reaches, the constants that they name, how they are compiled, and
    the versions. Record types are arguments: Numba knows its code by them, but of a desk by
    nothing except its name.
    """
    versions = (*map(version, ("numba", "llvmlite", "numpy")), sys.version)
    bundles = (desk.Desk, desk.Effects, quarter.Closing)
    fields = [bundle._fields for bundle in bundles]
    digest = hashlib.sha256(repr((versions, fields, LEAN)).encode() + COMPILER.read_bytes())
    for rule in reached(entry):
        code = rule.__code__
        constants = [value for value in _named(rule) if isinstance(value, CONSTANTS)]
        text = (rule.__module__, code.co_code, code.co_consts, code.co_names, code.co_varnames)
        digest.update(repr((text, constants)).encode())
    return digest.hexdigest()[:16]


COMPILER = Path(__file__).with_name("compiler.py")
"""How rules are compiled; it is read, since loading it would load Numba."""

CONSTANTS = (bool, int, float, str, tuple)
"""Types of values that Numba writes into machine code."""


class Kept:
    """Where Numba keeps the code of an entry point: by what it is made from, in any checkout."""

    def __init__(self, entry: FunctionType) -> None:
        self.folder = cache_root() / f"{entry.__name__}-{digest_of(entry)}"

    @classmethod
    def from_function(cls, entry: FunctionType, _: str) -> "Kept":
        """Find the place of a function; its file does not matter."""
        return cls(entry)

    def ensure_cache_path(self) -> None:
        """Make the folder, for its user alone."""
        _make(self.folder)

    def get_cache_path(self) -> str:
        """Give the folder."""
        return str(self.folder)

    def get_source_stamp(self) -> str:
        """Nothing in the folder is ever stale: another rule has another folder."""
        return self.folder.name

    def get_disambiguator(self) -> str:
        """Nothing else is in the folder."""
        return ""


def cache_root() -> Path:
    """The folder of compiled code: in the user's cache, or where that is not safe a private one.

    What is found there is run. A folder that others own or may write is therefore refused.
    """
    named = os.environ.get("CROSSCYCLE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    own = Path(named) if named else _home() / ".cache"
    spare = Path(tempfile.gettempdir()) / f"crosscycle-{_user()}"
    for folder in (own / "crosscycle", spare):
        if _is_private(folder):
            return folder
    # Processes that start later find it by its name.
    os.environ["CROSSCYCLE_CACHE"] = tempfile.mkdtemp(prefix="crosscycle-")
    return Path(os.environ["CROSSCYCLE_CACHE"])


def _home() -> Path:
    """The user's folder; one that cannot be used where the system knows none."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull)


def _is_private(folder: Path) -> bool:
    """Whether this user can write code there and nobody else; it is made if it can be."""
    try:
        _make(folder)
        place = folder.resolve()
        is_mine = place.stat().st_uid == _user()
        return (
            is_mine and os.access(place, os.W_OK) and all(map(_is_safe, (place, *place.parents)))
        )
    except OSError:
        return False


def _is_safe(folder: Path) -> bool:
    """Whether nobody but this user and the system's may replace what lies in a folder."""
    found = folder.stat()
    # In a sticky folder, as of temporary files, others cannot move what is not theirs.
    is_shared = bool(found.st_mode & 0o022) and not found.st_mode & stat.S_ISVTX
    return sys.platform == "win32" or (found.st_uid in (_user(), 0) and not is_shared)


def _user() -> int:
    """The number of this user; Windows, where folders are told apart otherwise, has none."""
    return 0 if sys.platform == "win32" else os.geteuid()


def _make(folder: Path) -> None:
    for place in (*reversed(folder.parents), folder):
        if not place.exists():
            place.mkdir(mode=0o700, exist_ok=True)


def must_compile(entries: Iterable[str]) -> bool:
    """Whether a run in this process that calls these entry points compiles one of them first.

    Machine code counts only for the kind of processor that it was made for: Numba would not
    take any other.
    """
    return _is_compiling() and not all(_is_ready(getattr(kernel(), name)) for name in entries)


def _is_ready(entry: Any) -> bool:
    """Whether an entry point is compiled in this process, or Numba's index for it says where."""
    if entry.signatures:
        return True
    cache = entry._cache
    mine = cache._index_key(None, entry.targetctx.codegen())[1:]
    kept = cache._cache_file._load_index()
    return any(k[1:] == mine and Path(cache.cache_path, kept[k]).exists() for k in kept)


def _is_compiling() -> bool:
    is_off = os.environ.get("CROSSCYCLE_JIT") == "0"
    return not is_off and os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"


LEAN: dict[str, Any] = {"_nrt": False, "no_cfunc_wrapper": True, "no_rewrites": True}
"""Left out, since it costs compiling: no C calls the rules, and they hold no array expressions.
Nor are references to arrays counted, which would take half of the time of closing a quarter: rules
use arrays that they are given, which outlive the call."""


@lru_cache(maxsize=1)
def kernel() -> Kernel:
    """The rules of firms and of banks, compiled unless ``CROSSCYCLE_JIT=0``."""
    if not _is_compiling():
        return interpreted()
    import numba
    from numba.extending import register_jitable

    from sim.engine.compiler import RuleCompiler

    made: dict[str, Any] = {"pipeline_class": RuleCompiler, **LEAN}
    for rule in rules():
        register_jitable(**made)(rule)
    settings, locator = vars(numba.config), "CACHE_LOCATOR_CLASSES"
    before, settings[locator] = settings[locator], f"{__name__}.{Kept.__name__}"
    compiled: dict[str, Any] = {
        entry.__name__: numba.njit(cache=True, nogil=True, **made)(entry) for entry in ENTRIES
    }
    settings[locator] = before
    return Kernel(**compiled, compiled=True)
