"""Rules as parts of entry points: what is made into machine code, and how often."""

import math
import os
import subprocess
import sys
from pathlib import Path
from types import CodeType

import numba
import pytest
from numba.core import typed_passes, types, untyped_passes
from numba.core.codegen import JITCodeLibrary
from numba.extending import register_jitable

from sim.engine.compiler import NOT_NEEDED, Part, RuleCompiler, Whole, short_name
from sim.engine.kernel import ENTRIES, LEAN, reached

ROOT = Path(__file__).parents[2]
AS_RULES = {"pipeline_class": RuleCompiler, **LEAN}


@register_jitable(**AS_RULES)
def deepest(x):
    return 3.0 * x


@register_jitable(**AS_RULES)
def deep(x):
    return deepest(x) + 1.0


@register_jitable(**AS_RULES)
def shallow(x):
    return deep(x) + deepest(x) if x > 0.0 else deep(-x)


def outermost(x):
    return shallow(x) - deep(x)


def own(entry):
    """The code of an entry point that Python has called with one kind of argument."""
    (found,) = entry.overloads.values()
    return found.library


@pytest.fixture
def optimised(monkeypatch):
    """Names of what is optimised while a test runs, beside Numba's own."""
    seen = []
    optimise = JITCodeLibrary._optimize_final_module

    def noted(library):
        if library.name != "nrt":
            seen.append(library.name)
        optimise(library)

    monkeypatch.setattr(JITCodeLibrary, "_optimize_final_module", noted)
    return seen


def test_only_an_entry_point_is_optimised_and_made_machine_code(optimised):
    entry = numba.njit(**AS_RULES)(outermost)
    assert entry(0.5) == outermost(0.5)
    assert entry(-0.5) == outermost(-0.5)
    assert optimised == ["outermost"]
    assert isinstance(own(entry), Whole)


def test_an_entry_point_brings_in_each_rule_beneath_it_once(monkeypatch):
    linked = []
    alone = Part.alone
    monkeypatch.setattr(Part, "alone", lambda part: linked.append(part) or alone(part))
    entry = numba.njit(**AS_RULES)(outermost)
    entry(0.5)
    assert {part.name for part in linked} == {"deep", "deepest", "shallow"}
    assert len(set(linked)) == len(linked)


def test_a_rule_belongs_to_several_entry_points(optimised):
    entries = [numba.njit(**AS_RULES)(rule) for rule in (outermost, shallow)]
    assert [entry(2.0) for entry in entries] == [outermost(2.0), shallow(2.0)]
    assert optimised == ["outermost", "shallow"]


def stranger(x):
    return shallow(x) + deepest(x)


def test_what_a_user_compiles_may_call_a_rule():
    numba.njit(**AS_RULES)(outermost)(2.0)
    assert numba.njit(stranger)(2.0) == stranger(2.0)
    assert numba.njit(**AS_RULES)(shallow)(2.0) == shallow(2.0)


@register_jitable(**AS_RULES)
def winding(unused, x):
    """Too long to dissolve, with an argument that an optimiser drops where it may."""
    y, z = math.sin(x), math.exp(math.cos(x))
    for _ in range(3):
        y = math.log(1.0 + y * y + math.sqrt(z)) / (1.0 + z * z)
        z = math.atan2(y, z) / (2.0 + math.sin(y) / (3.0 + math.cos(z)))
        y += math.exp(-y) / (1.0 + z * z) + math.log(2.0 + y * y)
        z += math.tan(y) / (1.0 + y * y) + math.hypot(y, z)
        y += math.exp(-y) / (3.0 + z * z) + math.log(4.0 + y * y)
        z += math.tan(y) / (4.0 + y * y) + math.hypot(y, 2.0 * z)
    return y + z


@register_jitable(**AS_RULES)
def thrice(x, y):
    return winding(x, y) + winding(y, x) + winding(x, 3.0 * y)


def driver(x):
    return thrice(x, 1.5)


def test_what_an_entry_point_made_of_a_rule_is_not_taken_for_the_rule():
    entry = numba.njit(**AS_RULES)(driver)
    assert entry(0.7) == driver(0.7)
    (left,) = (one for one in own(entry).get_defined_functions() if "winding" in one.name)
    assert len(list(left.arguments)) < 4  # where to return to, how it ended, and both of its own

    @numba.njit
    def users(x, y):
        return thrice(x, y) - entry(y)

    assert users(0.9, 0.7) == thrice(0.9, 0.7) - driver(0.7)


KEPT = """
import numba
from tests.engine.test_compiler import AS_RULES, outermost
entry = numba.njit(cache=True, **AS_RULES)(outermost)
print(entry(2.0) == outermost(2.0), sum(entry.stats.cache_hits.values()))
"""


def test_the_code_of_an_entry_point_is_whole_where_it_is_kept(tmp_path):
    own = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    told = [
        subprocess.run(
            [sys.executable, "-c", KEPT], cwd=ROOT, env=own, capture_output=True, text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert told == [["True", "0"], ["True", "1"]]


def test_in_an_entry_point_no_rule_stands_for_others_to_call(monkeypatch):
    seen = []
    optimise = JITCodeLibrary._optimize_final_module

    def noted(library):
        seen.extend((one.name, one.linkage.name) for one in library.get_defined_functions())
        optimise(library)

    monkeypatch.setattr(JITCodeLibrary, "_optimize_final_module", noted)
    entry = numba.njit(**AS_RULES)(outermost)
    entry(2.0)
    kinds = {kind for name, kind in seen if "deepest" in name or "shallow" in name}
    assert kinds == {"private"}


def test_passes_that_are_left_out_are_numbas():
    found = [one for module in (untyped_passes, typed_passes) for one in vars(module).values()]
    names = {one._name for one in found if isinstance(one, type) and hasattr(one, "_name")}
    assert names >= NOT_NEEDED


def test_no_rule_holds_another_function_which_a_pass_left_out_would_bring_in():
    found = {rule for entry in ENTRIES for rule in reached(entry)}
    held = {rule for rule in found for one in rule.__code__.co_consts if isinstance(one, CodeType)}
    assert held == set()


def test_a_name_tells_types_by_a_digest_and_stays_short():
    many = types.Tuple([types.float64] * 500)
    assert len(short_name("rule", (many,), uid=1)) < 80
    told = {short_name("rule", (one,), uid=1) for one in (many, types.float64, types.int64)}
    assert len(told) == 3
