"""Compiling the rules: what counts as one, where the result is kept, and that it is the same."""

import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest

from sim.engine import kernel as compiling
from sim.engine.kernel import (
    ENTRIES,
    LAYOUT_MODULES,
    RULE_MODULES,
    cache_folder,
    interpreted,
    kernel,
    must_compile,
    rules,
)
from sim.engine.processes import run_world
from sim.engine.world import new_world
from sim.model.firms import lifecycle
from tests.engine.hand import shipped

FIRMS = Path(lifecycle.__file__).parent
BANKS = FIRMS.parent / "banks"


# --- What is compiled ----------------------------------------------------------------------


def test_every_module_of_rules_about_firms_is_registered():
    known = {module.__name__ for module in RULE_MODULES} | {
        "sim.model.firms.record",
        "sim.model.firms.sector",
    }
    assert {f"sim.model.firms.{file.stem}" for file in FIRMS.glob("[!_]*.py")} <= known


def test_every_module_of_rules_about_banks_is_registered():
    known = {module.__name__ for module in (*RULE_MODULES, *LAYOUT_MODULES)}
    parameters = {f"sim.model.banks.{name}" for name in ("risk_weights", "underwriting")}
    banks = {f"sim.model.banks.{file.stem}" for file in BANKS.glob("[!_]*.py")}
    assert banks - known == parameters


def test_rules_are_the_functions_of_those_modules_once_each():
    found = rules()
    assert len(set(found)) == len(found)
    for rule in (
        lifecycle.progress_hazard,
        importlib.import_module("sim.model.firms.clock").accrue,
    ):
        assert rule in found
    names = {rule.__name__ for rule in found}
    assert "philox" in names
    # What is imported belongs to its own module; what uses arrays of NumPy stays outside.
    assert not names & {"param", "uniform_columns", "replication_key", "applicants"}


def test_interpreted_entry_points_are_the_rules_themselves():
    plain = interpreted()
    assert not plain.compiled
    assert [getattr(plain, entry.__name__) for entry in ENTRIES] == list(ENTRIES)


def test_compiled_entry_points_are_the_same_functions():
    if os.environ.get("CROSSCYCLE_JIT", "1") == "0":
        pytest.skip("compilation is turned off")
    compiled = kernel()
    assert compiled.compiled
    assert kernel() is compiled
    for entry in ENTRIES:
        assert getattr(compiled, entry.__name__).py_func is entry


# --- Where it is kept ----------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty place for compiled code."""
    monkeypatch.setenv("CROSSCYCLE_CACHE", str(tmp_path))
    return tmp_path


def with_source(monkeypatch, module, change):
    """Let a module read as if it had been edited."""
    whole = inspect.getsource
    monkeypatch.setattr(
        compiling.inspect,
        "getsource",
        lambda part: change(whole(part)) if part is module else whole(part),
    )


def test_the_same_rules_have_the_same_folder(cache):
    folder = cache_folder()
    assert folder == cache_folder()
    assert folder.parent == cache / "crosscycle"
    assert re.fullmatch("[0-9a-f]{16}", folder.name)
    assert folder.is_dir()


@pytest.mark.parametrize(
    "module", [*RULE_MODULES, *LAYOUT_MODULES], ids=lambda module: module.__name__
)
def test_an_edited_rule_has_a_folder_of_its_own(cache, monkeypatch, module):
    before = cache_folder()
    with_source(monkeypatch, module, lambda text: text + "\n")
    assert cache_folder() != before


def test_another_compiler_has_a_folder_of_its_own(cache, monkeypatch):
    before = cache_folder()
    monkeypatch.setattr(numba, "__version__", "0.0")
    assert cache_folder() != before


IS_READY = """
import numpy as np
from sim.engine.kernel import _is_ready, kernel
entry, none = kernel().split_by_lender, np.zeros((0, 1))
print(_is_ready(entry))
"""
COMPILES = """
entry(none, np.zeros((0, 8), np.int32), np.zeros((0, 8)), none)
print(_is_ready(entry), sum(entry.stats.cache_misses.values()) > 0)
"""


def says(code, tree, cache):
    """What a process prints that runs in a copy of the program."""
    own = {"CROSSCYCLE_CACHE": str(cache), "CROSSCYCLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=os.environ | own, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


def test_a_rule_is_ready_exactly_where_it_need_not_be_compiled(tmp_path):
    here, there, cache = FIRMS.parents[2], tmp_path / "copy", tmp_path / "cache"
    shutil.copytree(here / "sim", there / "sim")
    assert says(IS_READY + COMPILES, here, cache) == ["False", "True", "True"]
    assert says(IS_READY + COMPILES, here, cache) == ["True", "True", "False"]
    # Machine code is kept by the path of its source: that of another copy is no help.
    assert says(IS_READY, there, cache) == ["False"]
    for file in cache.rglob("*.nbc"):
        file.unlink()
    assert says(IS_READY, here, cache) == ["False"]


def test_code_of_another_processor_does_not_count(cache, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(cache))
    entry = numba.njit(cache=True)(lambda x: x)
    other = ("x86_64-unknown-linux-gnu", "another", "+avx512f")
    mine = entry._cache._index_key(None, entry.targetctx.codegen())
    Path(entry._cache.cache_path).mkdir(parents=True, exist_ok=True)
    for machine, is_ready in ((other, False), (mine[1], True)):
        entry._cache._cache_file.save(((), machine, mine[2]), None)
        assert compiling._is_ready(entry) is is_ready


@pytest.mark.parametrize(
    ("lacking", "expected"), [("settle_firms", True), ("fire", False), ("none", False)]
)
def test_a_run_compiles_where_one_rule_that_it_calls_is_not_ready(monkeypatch, lacking, expected):
    monkeypatch.setenv("CROSSCYCLE_JIT", "1")
    rules = SimpleNamespace(**{entry.__name__: entry.__name__ for entry in ENTRIES})
    monkeypatch.setattr(compiling, "kernel", lambda: rules)
    monkeypatch.setattr(compiling, "_is_ready", lambda name: name != lacking)
    assert must_compile() is expected
    for switch, off in (("NUMBA_DISABLE_JIT", "1"), ("CROSSCYCLE_JIT", "0")):
        monkeypatch.setenv(switch, off)
        assert not must_compile()
        monkeypatch.delenv(switch)


def test_the_cache_of_the_user_is_used_unless_another_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("CROSSCYCLE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "named"))
    assert cache_folder().is_relative_to(tmp_path / "named")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert cache_folder().is_relative_to(tmp_path / ".cache")


def test_where_nothing_can_be_written_the_machines_own_place_is_used(tmp_path, monkeypatch):
    blocked, spare = tmp_path / "a file", tmp_path / "spare"
    blocked.touch()
    spare.mkdir()
    monkeypatch.setenv("CROSSCYCLE_CACHE", str(blocked))
    monkeypatch.setattr(compiling.tempfile, "gettempdir", lambda: str(spare))
    assert cache_folder().is_relative_to(spare)
    assert cache_folder().is_dir()


def test_a_folder_that_cannot_be_written_is_not_used(cache, monkeypatch):
    own = cache_folder()
    monkeypatch.setattr(compiling.os, "access", lambda folder, mode: folder != own)
    monkeypatch.setattr(compiling.tempfile, "gettempdir", lambda: str(cache / "spare"))
    assert cache_folder().is_relative_to(cache / "spare")
    assert cache_folder().is_dir()


# --- That it is the same -------------------------------------------------------------------


def test_a_small_world_is_the_same_to_the_last_bit_compiled_and_interpreted():
    few = shipped().with_values(
        {
            "population.firms": 50, "population.initial_share": 0.5,
            "experiment.warm_up_years": 1.0, "experiment.horizon_years": 1.5,
        }
    )  # fmt: skip
    ends = []
    for chosen in (kernel(), interpreted()):
        history = new_world(few, 0, trace=True, rules=chosen)
        run_world(history, -1.0, 0.0)
        w = history.branch("loan_with_warrant")
        run_world(w, 0.0, 1.5)
        ends.append(w)
    one, other = ends
    assert one.book.used > 20
    for name in one.firms.dtype.names:
        assert one.firms[name].tobytes() == other.firms[name].tobytes(), name
    assert one.next_time.tobytes() == other.next_time.tobytes()
    for (_, mine), (_, theirs) in zip(one.panel, other.panel, strict=True):
        assert mine.tobytes() == theirs.tobytes()
    events = [np.concatenate(w.events).tolist() for w in ends]
    assert events[0] == events[1]
