"""The public figures, one name each; every one takes frozen objects and gives a Figure.

Each figure carries the frame behind it as ``figure.data``; the functions ending in
``_data`` give the same frame without drawing.
"""

from sim.report.figures.curves import (
    credit,
    cumulative_profit,
    curve_data,
    profit_by_age,
    survival,
    vintage,
)
from sim.report.figures.design import design
from sim.report.figures.difference import difference, difference_data
from sim.report.figures.distribution import distribution, distribution_data
from sim.report.figures.gains import gains
from sim.report.figures.histories import histories, histories_data
from sim.report.figures.life import life, life_data
from sim.report.figures.lifecycle import (
    lifecycle,
    lifecycle_data,
    lifecycle_flow,
    lifecycle_flow_data,
)
from sim.report.figures.losses import (
    loss_distribution,
    loss_distribution_data,
    loss_split,
    loss_split_data,
)
from sim.report.figures.narrowing import narrowing, narrowing_data
from sim.report.figures.payments import payments, payments_data
from sim.report.figures.plots import density, ecdf, fan, paired_differences
from sim.report.figures.regimes import profit_by_regime, profit_by_regime_data
from sim.report.figures.studies import breakeven, frontier, sensitivity, tornado

__all__ = [
    "breakeven", "credit", "cumulative_profit", "curve_data", "density", "design", "difference",
    "difference_data", "distribution", "distribution_data", "ecdf", "fan", "frontier",
    "gains", "histories", "histories_data", "life", "life_data", "lifecycle", "lifecycle_data",
    "lifecycle_flow", "lifecycle_flow_data", "loss_distribution", "loss_distribution_data",
    "loss_split", "loss_split_data", "narrowing", "narrowing_data", "paired_differences",
    "payments", "payments_data", "profit_by_age", "profit_by_regime", "profit_by_regime_data",
    "sensitivity", "survival", "tornado", "vintage",
]  # fmt: skip
