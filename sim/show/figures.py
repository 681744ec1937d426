"""The public figures, one name each; every one takes frozen objects and gives a Figure.

Each figure carries the frame behind it as ``figure.data``; the functions ending in
``_data`` give the same frame without drawing.
"""

from sim.show.curve_data import curve_data
from sim.show.curves import credit, cumulative_profit, profit_by_age, survival, vintage
from sim.show.difference import difference, difference_data
from sim.show.distribution import distribution, distribution_data
from sim.show.flow_data import lifecycle_flow_data
from sim.show.life import life, life_data
from sim.show.lifecycle import lifecycle, lifecycle_data
from sim.show.lifecycle_flow import lifecycle_flow
from sim.show.loss_data import loss_distribution_data
from sim.show.loss_split import loss_split, loss_split_data
from sim.show.losses import loss_distribution
from sim.show.narrowing import narrowing, narrowing_data
from sim.show.payments import payments, payments_data
from sim.show.ranges import breakeven, frontier, tornado
from sim.show.regimes import profit_by_regime, profit_by_regime_data
from sim.show.sensitivity import sensitivity

__all__ = [
    "breakeven", "credit", "cumulative_profit", "curve_data", "difference", "difference_data",
    "distribution", "distribution_data", "frontier", "life", "life_data", "lifecycle",
    "lifecycle_data", "lifecycle_flow", "lifecycle_flow_data", "loss_distribution",
    "loss_distribution_data", "loss_split", "loss_split_data", "narrowing", "narrowing_data",
    "payments", "payments_data", "profit_by_age", "profit_by_regime", "profit_by_regime_data",
    "sensitivity", "survival", "tornado", "vintage",
]  # fmt: skip
