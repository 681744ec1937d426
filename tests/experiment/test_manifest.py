"""The manifest: enough to trust a run and to repeat it."""

from importlib.metadata import version

import pandas as pd

from sim.experiment.results import Reduced
from sim.experiment.simulate import manifest_of
from sim.model.firms.debts import DEBTS
from tests.experiment.small import tiny, tiny_results


def part(number, residual, checks, seconds):
    empty = pd.DataFrame()
    return Reduced(number, empty, empty, empty, None, None, residual, checks, seconds)


def test_the_worst_residual_and_all_checks_are_told():
    manifest = manifest_of(tiny(), [part(0, 1e-13, 70, 0.5), part(1, 3e-13, 71, 0.25004)])
    assert manifest["largest_accounting_residual"] == 3e-13
    assert manifest["identities_checked"] == 141
    assert manifest["seconds_per_replication"] == [0.5, 0.25]


def test_a_run_that_has_not_begun_has_nothing_to_tell():
    manifest = manifest_of(tiny(), [])
    assert manifest["largest_accounting_residual"] == 0.0
    assert (manifest["identities_checked"], manifest["seconds_per_replication"]) == (0, [])


def test_seed_and_versions_repeat_the_run():
    manifest = manifest_of(tiny(experiment__seed=7), [])
    assert manifest["seed"] == 7
    for name in ("numpy", "numba", "simpy", "pandas"):
        assert manifest["versions"][name] == version(name)
    assert manifest["machine"]["cores"] >= 1


def test_a_run_has_checked_every_identity_at_every_settlement():
    manifest = tiny_results().manifest
    assert 0.0 < manifest["largest_accounting_residual"] < 1e-9
    # Twelve for the system, three for each of six banks and for corporate banking; four
    # quarters, two arrangements.
    assert manifest["identities_checked"] == 3 * 2 * 4 * (15 + 3 * 7 + len(DEBTS))
