import numpy as np
import pytest

from sim.base import checks


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (checks.real, [-1.0, 0.0, 9.0], [np.nan, np.inf, -np.inf]),
        (checks.share, [0.0, 0.5, 1.0], [-1e-9, 1.0 + 1e-9, np.nan]),
        (checks.inside, [1e-12, 0.5], [0.0, 1.0, np.nan]),
        (checks.below_one, [0.0, 0.999], [1.0, -0.1, np.nan]),
        (checks.not_negative, [0.0, 3.0, np.inf], [-1e-12, np.nan]),
        (checks.positive, [1e-300, np.inf], [0.0, -1.0, np.nan]),
    ],
)
def test_good_values_pass_and_each_bad_value_is_named(check, good, bad):
    np.testing.assert_array_equal(check("x", good), good)
    for value in bad:
        with pytest.raises(ValueError, match=rf"^x must .*; got {value!r}"):
            check("x", [good[0], value])


def test_checks_do_not_copy_needlessly_and_do_not_change_their_input():
    values = np.array([0.2, 0.4])
    assert checks.share("x", values) is values
    assert checks.real("x", 3).dtype == float
