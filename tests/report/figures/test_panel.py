"""A panel answers its sliders with the numbers of a simulation of its own."""

import asyncio

import IPython.display
import ipywidgets
import pytest

import sim
from sim.base.errors import ScenarioError
from sim.report.figures import panel as module
from sim.report.figures.panel import panel
from tests.experiment.small import tiny

COVERAGE = "arrangement.revenue_swap.upside.coverage"
LIMIT = "underwriting.committed_sales_line"
OUTCOMES = ["firm.funding_gap", "bank.relationship_income"]
YEARS = {"experiment__warm_up_years": 1.0, "experiment__horizon_years": 3.0}


def made(*vary, **values):
    return panel(
        tiny(**YEARS, **values), vary or (f"{COVERAGE}=0:0.6", f"{LIMIT}=x0.5:x3"), OUTCOMES
    )


def differences(scenario):
    outcomes = sim.measure(sim.simulate(scenario), OUTCOMES)
    return sim.compare(outcomes, "plain").frame()["difference"].tolist()


def now(frame):
    return frame.loc[frame["values"] == "now", "difference"].tolist()


def test_numbers_at_some_values_are_those_of_a_simulation():
    one = made()
    present = one.present[COVERAGE]
    assert one.present == {COVERAGE: present, LIMIT: 1.0}
    assert now(one.frame()) == differences(tiny(**YEARS))
    changed = tiny(**YEARS).with_values({COVERAGE: 0.5})
    assert now(one.frame({COVERAGE: 0.5})) == differences(changed)


def test_moving_a_slider_redraws_and_the_button_goes_back():
    one = made()
    box = one.widget()
    *_, line, picture = box.children
    button, words = line.children
    first = bytes(picture.value)
    assert isinstance(picture, ipywidgets.Image)
    assert first.startswith(b"\x89PNG")
    told = []
    words.observe(lambda change: told.append(change["new"]), "value")
    one.sliders[LIMIT].value = 3.0
    assert told[0] == "simulating ..."
    assert bytes(picture.value) != first
    assert now(one._figure.drawing.data) == now(one.frame({LIMIT: 3.0}))
    assert words.value.startswith("answered in ")
    button.click()
    assert one.sliders[LIMIT].value == 1.0
    assert bytes(picture.value) == first


def test_a_move_while_a_run_is_under_way_ends_it():
    one = made()
    box = one.widget()
    before = one._store.simulated

    async def moved_twice():
        one.sliders[COVERAGE].value = 0.5
        first = one._run
        # The first replication of three is simulated before the second move is heard of.
        await asyncio.sleep(0)
        one.sliders[COVERAGE].value = 0.2
        await one._run
        return first

    assert asyncio.run(moved_twice()).cancelled()
    assert one._store.simulated == before + 1 + 3
    assert now(one._figure.drawing.data) == now(one.frame({COVERAGE: 0.2}))
    assert box.children[-2].children[1].value.startswith("answered in ")


def test_a_run_that_cannot_be_is_told_in_a_notebook_too():
    one = made()
    box = one.widget()
    one._scenario = one._scenario.model_copy(update={"bank": {}})

    async def change_figure():
        one.sliders[COVERAGE].value = 0.5
        await one._run

    asyncio.run(change_figure())
    assert "bank" in box.children[-2].children[1].value


def test_sliders_go_through_their_ranges_and_hold_the_values_of_the_file():
    one = made(f"{COVERAGE}=0.3:0.6")
    one.widget()
    slider = one.sliders[COVERAGE]
    assert slider.value == one.present[COVERAGE] == slider.min
    assert slider.max == 0.6
    assert slider.description == "upside coverage"


def test_values_that_cannot_be_are_told_beneath_the_sliders():
    shares = "arrangement.consortium.loss_sharing."
    keys = [f"{shares}guaranteed_share=0:0.9", f"{shares}insured_share=0:0.9"]
    one = made(*keys, experiment__arrangements=("plain", "consortium"))
    box = one.widget()
    words = box.children[-2].children[1]
    one._scenario = one._scenario.model_copy(update={"bank": {}})
    before = bytes(box.children[-1].value)
    one.sliders[keys[0].partition("=")[0]].value = 0.5
    assert "bank" in words.value
    assert bytes(box.children[-1].value) == before


def test_without_widgets_the_figure_is_displayed(monkeypatch):
    found = []
    monkeypatch.setattr(IPython.display, "display", found.append)
    one = made()
    one._ipython_display_()
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    one._ipython_display_()
    widget, figure = found
    assert isinstance(widget, ipywidgets.VBox)
    assert figure._repr_png_() == one.figure()._repr_png_()


def test_what_is_asked_is_checked_before_anything_runs():
    with pytest.raises(ScenarioError, match="coverage"):
        made("arrangement.revenue_swap.upside.coverag=0:1")
    with pytest.raises(ScenarioError, match="outcome"):
        panel(tiny(), [f"{COVERAGE}=0:1"], ["bank.raro"])


def test_a_number_that_is_not_stated_has_no_slider():
    with pytest.raises(ScenarioError, match="is not stated in this scenario"):
        _ = made("arrangement.revenue_swap.limit.sales_share=0.3:0.8").present
