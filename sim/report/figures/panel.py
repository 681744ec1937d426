"""A panel of sliders: values of a scenario are moved, and the differences follow.

It is a plain function call with a picture in front. Without widgets, and in a script,
``panel.figure({key: value})`` gives the same figure.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import pandas as pd

from sim.analysis.outcomes_table import Outcomes, measure
from sim.base.errors import SimError
from sim.base.language import tr
from sim.experiment.progress import ProgressOption
from sim.experiment.results import SERIES, Results, joined, names
from sim.experiment.store import Store, numbers_of
from sim.outcomes.mark import evaluate
from sim.report.figures.moved import Moving, change_data, change_figure
from sim.report.figures.style import Drawing
from sim.scenario.declared import look_up
from sim.scenario.scenario import Scenario
from sim.scenario.toml_text import split_key
from sim.studies.ranges import Range, ranges_of, varied
from sim.studies.request import arms_alone, refused, scope_of

STEPS = 40
"""Places of a slider."""
BREATH = 0.001
"""Seconds between two replications, in which a notebook hears of another move."""


def _stated(key: str, value: object) -> float:
    """Give the number at a key; a slider must begin somewhere."""
    if value is None:
        rule = "is not stated in this scenario, so a slider has nowhere to begin"
        raise refused(key, rule, "", "give it a value first, or move what stands for it")
    return float(str(value))


class Panel:
    """Sliders over some values of a scenario, and the figure that answers them.

    `progress` is told of the first run; later ones are short, and another move ends them. Once
    the panel was displayed, `sliders` holds the widgets by key and `picture` that of the figure;
    `seconds` is what the last answer took, with its figure.
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
        # What is not shown is not measured.
        read = partial(evaluate, names=outcomes)
        self._store = Store(progress=False, reader=partial(numbers_of, read=read))
        self._file: Outcomes | None = None
        self._figure: Moving | None = None
        self._run: asyncio.Task[None] | None = None
        self._is_held = False
        self.picture: Any = None
        self._words: Any = None

    @property
    def present(self) -> dict[str, float]:
        """Values as in the file, by key; 1 where factors are meant."""
        values = self._scenario.model_dump(mode="python")
        return {
            key: 1.0 if one.is_factor else _stated(key, look_up(values, split_key(key)))
            for key, one in self.ranges.items()
        }

    def measured(self, values: Mapping[str, float] | None = None) -> Outcomes:
        """Give the outcomes at some values; those not named are as in the file.

        Raises ScenarioError if the scenario cannot be so.
        """
        return self._measured(self._at(values or {}))

    def _at(self, values: Mapping[str, float]) -> Scenario:
        """Give the scenario at some values."""
        chosen = {**self.present, **values}
        changed = [self.ranges[key] for key in chosen if chosen[key] != self.present[key]]
        return varied(self._scenario, changed, [chosen[one.key] for one in changed])

    def _measured(self, scenario: Scenario) -> Outcomes:
        """Simulate what is not known yet, and measure."""
        count = scenario.experiment.replications
        progress = self._progress if self._file is None else False
        (frame,) = self._store.many([scenario], range(count), progress)
        results = Results(
            scenario, frame, series=joined([], names(SERIES)), banks=joined([], ()),
            firms=None, events=None, manifest={},
        )  # fmt: skip
        return measure(results, self._outcomes)

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
        return self._before(), self.measured(values)

    def _before(self) -> Outcomes:
        if self._file is None:
            self._file = self.measured()
        return self._file

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
        self._show(self._scenario, time.perf_counter())
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
            readout_format=".4g",
            style={"description_width": "16em"}, layout={"width": "44em"},
        )  # fmt: skip

    def _answer(self, _: object = None) -> None:
        """Redraw for the values of the sliders, or say why they cannot be.

        In a notebook the answer is made between messages, so that the next move ends it.
        """
        if self._is_held:
            return
        if self._run is not None:
            self._run.cancel()
        self._words.value = tr("simulating ...")
        steps = self._steps({key: float(slider.value) for key, slider in self.sliders.items()})
        try:
            self._run = asyncio.get_running_loop().create_task(_unhurried(steps))
        except RuntimeError:
            for _step in steps:
                pass

    def _steps(self, chosen: Mapping[str, float]) -> Iterator[None]:
        """Answer replication by replication; what is known by then stays known."""
        start = time.perf_counter()
        try:
            scenario = self._at(chosen)
            for number in range(scenario.experiment.replications):
                self._store.outcomes(scenario, [number])
                yield
            self._show(scenario, start)
        except SimError as error:
            self._words.value = str(error)

    def _show(self, scenario: Scenario, start: float) -> None:
        """Move the figure, and say what the answer took since its start."""
        before, now = self._before(), self._measured(scenario)
        if self._figure is None:
            self._figure = Moving(before, before, scenario.experiment.baseline)
        self.picture.value = self._figure.picture(now)
        self.seconds = time.perf_counter() - start
        self._words.value = tr("answered in {seconds} s", seconds=f"{self.seconds:.1f}")

    def _go_back(self, _: object = None) -> None:
        """Move all sliders at once, and answer once."""
        self._is_held = True
        for key, value in self.present.items():
            self.sliders[key].value = value
        self._is_held = False
        self._answer()


async def _unhurried(steps: Iterator[None]) -> None:
    """Take steps, and let others have their turn between them."""
    for _ in steps:
        await asyncio.sleep(BREATH)


def panel(
    scenario: Scenario,
    vary: Sequence[Range | str],
    outcomes: Iterable[str] | None = None,
    *,
    progress: ProgressOption = None,
) -> Panel:
    """Make a panel that answers while somebody moves sliders.

    Few firms, few replications and two arrangements keep the answer quick. Terms of contracts
    answer soonest, since the history before the start date stays as it is; a move while another
    one is answered takes its place. Keys and ranges are
    written ``"arrangement.revenue_swap.upside.coverage=0:0.5"``; outcomes are some headlines by
    default; progress of the first run is shown in a notebook by default. Raises ScenarioError
    for keys, ranges or outcomes that are not legal, before anything runs.
    """
    ranges = ranges_of(scenario, vary)
    return Panel(arms_alone(scenario), ranges, scope_of(scenario, outcomes).outcomes, progress)


def short(label: str) -> str:
    """Name a slider by the end of its key.

    >>> short("arrangement.revenue_swap.upside.coverage")
    'upside coverage'
    >>> short("macro.frailty_variance")
    'macro frailty variance'
    """
    return " ".join(label.split(".")[-2:]).replace("_", " ")
