"""Compiling the rules: what counts as one, where the result is kept, and that it is the same."""

import importlib
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
    RULE_MODULES,
    Kept,
    cache_root,
    digest_of,
    interpreted,
    kernel,
    must_compile,
    reached,
    rules,
)
from sim.engine.processes import run_world
from sim.engine.world import new_world
from sim.experiment.controls import follow, watches_of
from sim.model.firms import lifecycle
from tests.engine.hand import shipped

FIRMS = Path(lifecycle.__file__).parent
BANKS = FIRMS.parent / "banks"


# --- What is compiled ----------------------------------------------------------------------


def test_every_module_of_rules_about_firms_is_registered():
    known = {module.__name__ for module in RULE_MODULES} | {
        "sim.model.firms.record",
        "sim.model.firms.debts",
        "sim.model.firms.sector",
    }
    assert {f"sim.model.firms.{file.stem}" for file in FIRMS.glob("[!_]*.py")} <= known


def test_every_module_of_rules_about_banks_is_registered():
    known = {module.__name__ for module in RULE_MODULES}
    others = {f"sim.model.banks.{name}" for name in ("bank", "desk", "underwriting")}
    banks = {f"sim.model.banks.{file.stem}" for file in BANKS.glob("[!_]*.py")}
    assert banks - known == others


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


# --- What its name tells ---------------------------------------------------------------------


def says(code, tree, cache):
    """What a process prints that runs in a copy of the program."""
    own = {"CROSSCYCLE_CACHE": str(cache), "CROSSCYCLE_JIT": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tree, env=os.environ | own, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


DIGESTS = """
from sim.engine.kernel import ENTRIES, digest_of
for entry in ENTRIES:
    print(entry.__name__, digest_of(entry))
"""


def digests(tree):
    """Names of all units of a copy of the program, by entry point."""
    words = says(DIGESTS, tree, tree)
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Another checkout of the program."""
    tree = tmp_path_factory.mktemp("copy")
    shutil.copytree(FIRMS.parents[1], tree / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tree


ALL = {entry.__name__ for entry in ENTRIES}
TIMED = {"advance", "fire", "switch_regime", "hold_meeting"}
"""What times a firm's next event anew."""
DECISIONS = {"hold_meeting"}


@pytest.mark.parametrize(
    ("file", "before", "after", "changed"),
    [
        ("firms/advance.py", "    accrue(f, p, t)\n", "    accrue(f, p, t)  # Remark\n", set()),
        ("firms/clock.py", "    set_speeds(f, p, c)\n", "", TIMED),
        (
            "banks/signing.py", ".screening += ", ".screening -= ",
            {"hold_meeting", "repeat_judge", "repeat_sign"},
        ),
        ("banks/books.py", "q.fee = ", "q.fee = 0.5 * ", {"close_quarter"}),
        ("banks/tender.py", "SAME_LINE = 0.999999", "SAME_LINE = 0.9", {"hold_meeting"}),
        ("banks/judgement.py", "return ", "return 1.0 * ", DECISIONS | {"close_quarter"}),
        ("firms/record.py", "ARREARS_END = 20,", "ARREARS_END = 19,", {"advance", "fire"}),
        ("banks/desk.py", "    terms: Any\n", "    more: Any\n    terms: Any\n", ALL),
    ],
    ids=[
        "remark", "rule of firms", "shared", "books", "constant", "rule of banks", "codes", "desk",
    ],
)  # fmt: skip
def test_a_change_names_anew_exactly_the_units_that_it_reaches(copy, file, before, after, changed):
    place = copy / "sim" / "model" / file
    text, old = place.read_text(encoding="utf-8"), digests(copy)
    assert before in text
    place.write_text(text.replace(before, after), encoding="utf-8")
    new = digests(copy)
    place.write_text(text, encoding="utf-8")
    assert {name for name in old if old[name] != new[name]} == changed
    assert digests(FIRMS.parents[2]) == old


def test_what_is_reached_are_rules_from_the_entry_point_down():
    found = {rule for entry in ENTRIES for rule in reached(entry)}
    assert found <= set(rules())
    assert all(reached(entry)[0] is entry for entry in ENTRIES)
    names = {f"{rule.__module__}.{rule.__name__}" for rule in found}
    assert names >= {
        "sim.base.draws.philox", "sim.base.special.normal_quantile",
        "sim.model.banks.signing.copy_fixed", "sim.model.firms.population.be_born",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("version", lambda package: f"{package} 0.0"),
        ("LEAN", {"no_rewrites": True}),
        ("COMPILER", Path(__file__)),
    ],
)
def test_another_compiler_names_all_units_anew(monkeypatch, name, other):
    old = [digest_of(entry) for entry in ENTRIES]
    monkeypatch.setattr(compiling, name, other)
    assert not set(old) & {digest_of(entry) for entry in ENTRIES}


# --- Where it is kept --------------------------------------------------------------------------


needs_owners = pytest.mark.skipif(sys.platform == "win32", reason="folders have no such owners")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty place for compiled code, and another one for the machine's temporary files."""
    monkeypatch.setenv("CROSSCYCLE_CACHE", str(tmp_path / "named"))
    monkeypatch.setattr(compiling.tempfile, "gettempdir", lambda: str(tmp_path / "spare"))
    return tmp_path


def test_a_unit_is_kept_beneath_the_cache_by_its_name(cache):
    folder = Kept(ENTRIES[0]).folder
    assert folder.parent == cache / "named" / "crosscycle"
    assert re.fullmatch("advance-[0-9a-f]{16}", folder.name)


def test_the_cache_of_the_user_is_used_unless_another_is_named(cache, monkeypatch):
    monkeypatch.delenv("CROSSCYCLE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache / "desktop"))
    assert cache_root() == cache / "desktop" / "crosscycle"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: cache)
    assert cache_root() == cache / ".cache" / "crosscycle"


def test_where_nothing_can_be_written_a_private_folder_is_used(cache):
    (cache / "named").touch()
    assert cache_root().is_relative_to(cache / "spare")
    assert cache_root().is_dir()


def test_a_folder_that_cannot_be_written_is_not_used(cache, monkeypatch):
    named = cache / "named"
    monkeypatch.setattr(compiling.os, "access", lambda folder, _: named not in folder.parents)
    assert cache_root().is_relative_to(cache / "spare")


def test_without_a_home_folder_there_is_a_private_one(cache, monkeypatch):
    def home():
        raise RuntimeError("no home directory")

    for name in ("CROSSCYCLE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", home)
    assert cache_root().is_relative_to(cache / "spare")


@needs_owners
def test_folders_are_made_for_their_user_alone(cache):
    Kept(ENTRIES[0]).ensure_cache_path()
    made = (cache / "named", cache_root(), Kept(ENTRIES[0]).folder)
    assert {place.stat().st_mode & 0o777 for place in made} == {0o700}


@needs_owners
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
@pytest.mark.parametrize("where", [".", "crosscycle"])
def test_a_cache_that_others_may_write_is_refused(cache, mode, where):
    own = cache_root()
    (cache / "named" / where).chmod(mode)
    private = cache_root()
    assert private.is_relative_to(cache / "spare")
    assert private.stat().st_mode & 0o777 == 0o700
    (cache / "named" / where).chmod(0o700)
    assert cache_root() == own


@needs_owners
def test_a_cache_that_others_own_is_refused(cache, monkeypatch):
    cache_root()
    monkeypatch.setattr(compiling, "_user", lambda: os.geteuid() + 1)
    # The spare folder is refused too, so that a new one is made; later processes find it.
    found = cache_root()
    assert found.parent == cache / "spare"
    assert os.environ["CROSSCYCLE_CACHE"] == str(found)


IS_READY = """
from sim.base.columns import pack
from sim.engine.kernel import _is_ready, kernel
from sim.model.firms.exit_surprise import CLAIM
from sim.model.firms.record import FIRM, MARKET_CONDITIONS
entry = kernel().exit_surprise
print(_is_ready(entry))
"""
COMPILES = """
names = ("listing_premium", "acquisition_factor", "exit_log_sd", "exit_tail_share",
         "exit_tail_index", "exit_cap")
entry(FIRM.empty(0), pack([dict.fromkeys(names, 1.0)]), MARKET_CONDITIONS.empty(1), 0.0,
      CLAIM.empty(0))
print(_is_ready(entry), sum(entry.stats.cache_misses.values()) > 0)
"""


def test_a_rule_is_ready_exactly_where_it_need_not_be_compiled(tmp_path, copy):
    here, cache = FIRMS.parents[2], tmp_path / "cache"
    assert says(IS_READY + COMPILES, here, cache) == ["False", "True", "True"]
    assert says(IS_READY + COMPILES, here, cache) == ["True", "True", "False"]
    # Machine code is kept by what it is made from: another copy with the same rules finds it.
    assert says(IS_READY + COMPILES, copy, cache) == ["True", "True", "False"]
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
    ("lacking", "expected"), [("close_quarter", True), ("hold_meeting", False), ("none", False)]
)
def test_a_run_compiles_where_one_rule_that_it_calls_is_not_ready(monkeypatch, lacking, expected):
    monkeypatch.setenv("CROSSCYCLE_JIT", "1")
    rules = SimpleNamespace(**{entry.__name__: entry.__name__ for entry in ENTRIES})
    monkeypatch.setattr(compiling, "kernel", lambda: rules)
    monkeypatch.setattr(compiling, "_is_ready", lambda name: name != lacking)
    assert must_compile(["advance", "close_quarter"]) is expected
    for switch, off in (("NUMBA_DISABLE_JIT", "1"), ("CROSSCYCLE_JIT", "0")):
        monkeypatch.setenv(switch, off)
        assert not must_compile(["close_quarter"])
        monkeypatch.delenv(switch)


# --- That it is the same -------------------------------------------------------------------


def test_a_small_world_is_the_same_to_the_last_bit_compiled_and_interpreted():
    few = shipped().with_values(
        {
            "population.firms": 50, "population.initial_share": 0.5,
            "experiment.warm_up_years": 1.0, "experiment.horizon_years": 1.5,
            "variance_reduction.controls": ("hazards", "exits"),
        }
    )  # fmt: skip
    ends, surprises = [], []
    for chosen in (kernel(), interpreted()):
        history = new_world(few, 0, trace=True, rules=chosen)
        run_world(history, -1.0, 0.0)
        w, watches = history.branch("loan_with_warrant"), watches_of(few)
        run_world(w, 0.0, 1.5, observers=[follow(watches)])
        ends.append(w)
        surprises.append([watch.total for watch in watches])
    one, other = ends
    assert one.book.used > 20
    for name in one.firms.dtype.names:
        assert one.firms[name].tobytes() == other.firms[name].tobytes(), name
    assert one.next_time.tobytes() == other.next_time.tobytes()
    for part in ("panel", "system"):
        for (_, mine), (_, theirs) in zip(getattr(one, part), getattr(other, part), strict=True):
            assert mine.tobytes() == theirs.tobytes()
    assert one.ledger.paid.tobytes() == other.ledger.paid.tobytes()
    assert one.ledger.residual == other.ledger.residual
    assert surprises[0] == surprises[1]
    assert surprises[0][0] != 0.0
    events = [np.concatenate(w.events).tolist() for w in ends]
    assert events[0] == events[1]
