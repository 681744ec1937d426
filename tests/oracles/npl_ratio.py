"""Share of non-performing loans of a book, and how growth flatters it."""


def npl_ratio(default_hazard: float, workout_years: float, growth: float = 0.0) -> float:
    """Non-performing share of a book in stable growth, with exponential workout times.

    Defaults are per year and unit of performing loans; growth is continuous, per year, above
    minus one over the mean workout time. Reference: Little (1961), Operations Research 9(3), for
    the case without growth.
    """
    stock = default_hazard / (1.0 / workout_years + growth)
    return stock / (1.0 + stock)
