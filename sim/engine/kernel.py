"""Compile the rules of firms and of banks the first time a run needs them.

The rules are plain Python. Each is registered so that compiled code may call it, and only
the few entry points are compiled. The compiled code is cached on disk in a folder named by
the content of the rules, so that other processes start at once and an edited rule can never
meet stale machine code. With ``CROSSCYCLE_JIT=0`` the same functions run interpreted.
"""

import hashlib
import inspect
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from sim.base import columns, draws, special
from sim.model.banks import (
    application,
    bank,
    choice,
    committee,
    conditions,
    credit_decision,
    desk,
    judgement,
    offer,
    offer_rate,
    rationing,
    signing,
    withdrawal,
)
from sim.model.contracts import eligibility, limit, loan_book, upside
from sim.model.firms import (
    advance,
    clock,
    contract_effects,
    credit_line,
    equity,
    events,
    flows,
    lifecycle,
    loss_sharing,
    loss_surprise,
    operations,
    population,
    project,
    record,
    relationship,
    right,
    sector,
    workout,
)

RULE_MODULES: tuple[ModuleType, ...] = (
    special, draws, loss_sharing, lifecycle, operations, credit_line, project, equity,
    relationship, right, workout, population, clock, events, advance, contract_effects, flows,
    loss_surprise, limit, upside, eligibility, application, judgement, offer_rate,
    credit_decision, withdrawal, offer, choice, rationing, signing, committee,
)  # fmt: skip


LAYOUT_MODULES: tuple[ModuleType, ...] = (
    columns, record, sector, loan_book, conditions, desk, bank,
)  # fmt: skip
"""What says which records compiled code is given; with the rules they name its folder."""

ENTRIES: tuple[Any, ...] = (
    advance.advance, advance.fire, advance.switch_regime, committee.decide_applications,
    committee.decide_on_lines, committee.wind_down, signing.enact_decisions,
    signing.repeat_judge, signing.repeat_sign, signing.repeat_reduction,
    flows.settle_firms, loss_sharing.split_by_lender, loss_surprise.loss_surprise,
)  # fmt: skip
"""What the engine calls, and `fire`, which is for other drivers; all else is reached from here."""


@dataclass(frozen=True)
class Kernel:
    """The entry points of the compiled (or interpreted) rules."""

    advance: Callable[..., int]
    fire: Callable[..., float]
    switch_regime: Callable[..., None]
    decide_applications: Callable[..., None]
    decide_on_lines: Callable[..., None]
    enact_decisions: Callable[..., None]
    wind_down: Callable[..., None]
    repeat_judge: Callable[..., None]
    repeat_sign: Callable[..., None]
    repeat_reduction: Callable[..., None]
    settle_firms: Callable[..., None]
    split_by_lender: Callable[..., None]
    loss_surprise: Callable[..., float]
    compiled: bool


def interpreted() -> Kernel:
    """The entry points as plain Python, for debugging and for the proof of equal bits."""
    return Kernel(**{entry.__name__: entry for entry in ENTRIES}, compiled=False)


def rules() -> list[FunctionType]:
    """Every function of the rule modules that compiled code may call."""
    found = []
    for module in RULE_MODULES:
        for _, value in inspect.getmembers(module, inspect.isfunction):
            if value.__module__ == module.__name__ and value.__name__ not in _NOT_RULES:
                found.append(value)
    return found


_NOT_RULES = {"replication_key", "uniform_columns", "flagged", "conditions", "parts_of"}


def cache_folder() -> Path:
    """Where compiled code is kept: one folder per content of the rules and versions."""
    import numba

    digest = hashlib.sha256()
    for module in (*RULE_MODULES, *LAYOUT_MODULES):
        digest.update(inspect.getsource(module).encode())
    digest.update(f"{numba.__version__} {sys.version}".encode())
    root = os.environ.get("CROSSCYCLE_CACHE") or os.environ.get("XDG_CACHE_HOME")
    name = Path("crosscycle") / digest.hexdigest()[:16]
    folder = (Path(root) if root else Path.home() / ".cache") / name
    return folder if _is_writable(folder) else _made(Path(tempfile.gettempdir()) / name)


def _is_writable(folder: Path) -> bool:
    """Whether compiled code can be written there; the folder is made if it can be."""
    try:
        return os.access(_made(folder), os.W_OK)
    except OSError:
        return False


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def must_compile() -> bool:
    """Whether the next run in this process will spend its first half minute on compiling.

    Machine code counts only for the copy of the program and the kind of processor that it
    was made for: Numba would not take any other.
    """
    called = [entry for entry in ENTRIES if entry is not advance.fire]
    return _is_compiling() and not all(_is_ready(getattr(kernel(), e.__name__)) for e in called)


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


@lru_cache(maxsize=1)
def kernel() -> Kernel:
    """The rules of firms and of banks, compiled unless ``CROSSCYCLE_JIT=0``."""
    if not _is_compiling():
        return interpreted()
    import numba
    from numba.extending import register_jitable

    setattr(numba.config, "CACHE_DIR", str(cache_folder()))  # noqa: B010 -- untyped module
    for rule in rules():
        register_jitable(rule)
    compiled: dict[str, Any] = {
        entry.__name__: numba.njit(cache=True, nogil=True)(entry) for entry in ENTRIES
    }
    return Kernel(**compiled, compiled=True)
