"""A panel of sliders: values of a scenario are moved, and the differences follow.

It is a plain function call with a picture in front. Without widgets, and in a script,
``panel.figure({key: value})`` gives the same figure.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import pandas as pd

from sim.analysis.outcomes_table import Outcomes, measure
from sim.base.errors import SimError
from sim.base.language import tr
from sim.experiment.progress import ProgressOption
from sim.experiment.rerun import Rerun
from sim.report.figures.moved import change_data, change_figure
from sim.report.figures.style import Drawing
from sim.scenario.declared import look_up
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import split_key
from sim.studies.ranges import Range, ranges_of, varied
from sim.studies.request import scope_of

STEPS = 40
"""Places of a slider."""


class Panel:
    """Sliders over some values of a scenario, and the figure that answers them.

    `progress` is told of the first run; later ones are short. Once the panel was displayed,
    `sliders` holds the widgets by key and `picture` that of the figure; `seconds` is what the
    last answer took, with its figure.
    """

    def __init__(
        self,
        scenario: Scenario,
        ranges: tuple[Range, ...],
        outcomes: tuple[str, ...],
        progress: ProgressOption = None,
    ) -> None:
        self.ranges = {one.key: one for one in ranges}
        self.sliders: dict[str, Any] = {}
        self.seconds = float("nan")
        self._scenario, self._outcomes, self._progress = scenario, outcomes, progress
        self._rerun = Rerun()
        self._file: Outcomes | None = None
        self._is_held = False
        self.picture: Any = None
        self._words: Any = None

    @property
    def present(self) -> dict[str, float]:
        """Values as in the file, by key; 1 where factors are meant."""
        values = self._scenario.model_dump(mode="python")
        return {
            key: 1.0 if one.is_factor else float(str(look_up(values, split_key(key))))
            for key, one in self.ranges.items()
        }

    def measured(self, values: Mapping[str, float] | None = None) -> Outcomes:
        """Give the outcomes at some values; those not named are as in the file.

        Raises ScenarioError if the scenario cannot be so.
        """
        chosen = {**self.present, **(values or {})}
        changed = [self.ranges[key] for key in chosen if chosen[key] != self.present[key]]
        scenario = varied(self._scenario, changed, [chosen[one.key] for one in changed])
        progress = self._progress if not self._rerun.kept else False
        return measure(self._rerun(scenario, progress), self._outcomes)

    def frame(self, values: Mapping[str, float] | None = None) -> pd.DataFrame:
        """Give differences at some values, as in the file, and the change: see `change_data`."""
        return change_data(*self._both(values), self._scenario.experiment.baseline)

    def figure(self, values: Mapping[str, float] | None = None) -> Drawing:
        """Draw what `frame` gives, at values by key; those of the file by default."""
        start = time.perf_counter()
        drawing = change_figure(*self._both(values), self._scenario.experiment.baseline)
        self.seconds = time.perf_counter() - start
        return drawing

    def _both(self, values: Mapping[str, float] | None) -> tuple[Outcomes, Outcomes]:
        if self._file is None:
            self._file = self.measured()
        return self._file, self.measured(values)

    def _ipython_display_(self) -> None:
        """Show sliders and figure in a notebook; the figure alone without ipywidgets."""
        from IPython import display

        show: Any = display.display
        show(self.widget() if find_spec("ipywidgets") else self.figure())

    def widget(self) -> Any:
        """Give sliders with the figure beneath them, an ipywidgets.VBox."""
        import ipywidgets

        self.sliders = {key: self._slider(one) for key, one in self.ranges.items()}
        self.picture = ipywidgets.Image(format="png")
        self._words = ipywidgets.Label()
        back = ipywidgets.Button(description=tr("As in the file"))
        back.on_click(self._go_back)
        self._answer()
        for slider in self.sliders.values():
            slider.observe(self._answer, "value")
        return ipywidgets.VBox(
            [*self.sliders.values(), ipywidgets.HBox([back, self._words]), self.picture]
        )

    def _slider(self, one: Range) -> Any:
        import ipywidgets

        now = self.present[one.key]
        return ipywidgets.FloatSlider(
            value=now, min=min(one.low, now), max=max(one.high, now),
            step=(one.high - one.low) / STEPS, description=short(one.label),
            continuous_update=False, readout_format=".4g",
            style={"description_width": "16em"}, layout={"width": "44em"},
        )  # fmt: skip

    def _answer(self, _: object = None) -> None:
        """Redraw for the values of the sliders, or say why they cannot be."""
        if self._is_held:
            return
        self._words.value = tr("simulating ...")
        chosen = {key: float(slider.value) for key, slider in self.sliders.items()}
        try:
            self.picture.value = self.figure(chosen)._repr_png_()
        except SimError as error:
            self._words.value = str(error)
            return
        self._words.value = tr("answered in {seconds} s", seconds=f"{self.seconds:.1f}")

    def _go_back(self, _: object = None) -> None:
        """Move all sliders at once, and answer once."""
        self._is_held = True
        for key, value in self.present.items():
            self.sliders[key].value = value
        self._is_held = False
        self._answer()


def panel(
    scenario: Scenario,
    vary: Sequence[Range | str],
    outcomes: Iterable[str] | None = None,
    *,
    progress: ProgressOption = None,
) -> Panel:
    """Make a panel that answers while somebody moves sliders.

    Few firms, few replications and two arrangements keep the answer quick. Terms of contracts
    answer soonest, since the history before the start date stays as it is. Keys and ranges are
    written ``"arrangement.revenue_swap.upside.coverage=0:0.5"``; outcomes are some headlines by
    default; progress of the first run is shown in a notebook by default. Raises ScenarioError
    for keys, ranges or outcomes that are not legal, before anything runs.
    """
    ranges = ranges_of(scenario, vary)
    return Panel(scenario, ranges, scope_of(scenario, outcomes).outcomes, progress)


def short(label: str) -> str:
    """Name a slider by the end of its key.

    >>> short("arrangement.revenue_swap.upside.coverage")
    'upside coverage'
    >>> short("macro.frailty_variance")
    'macro frailty variance'
    """
    return " ".join(label.split(".")[-2:]).replace("_", " ")
