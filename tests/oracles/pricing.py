"""What a loan earns at a given rate; rates and hazards are per year."""


def raroc(
    rate: float, default_prob: float, lgd: float, funding_rate: float, capital: float, cost: float
) -> float:
    """Return on a loan's risk capital before tax; `capital` and `cost` are per unit lent.

    One period; a loan in default pays no interest. Reference: Ruthenberg and Landskroner
    (2008), Journal of Banking and Finance 32(12).
    """
    income = rate * (1.0 - default_prob) - default_prob * lgd
    return (income - cost - funding_rate * (1.0 - capital)) / capital


def credit_triangle_rate(discount_rate: float, default_hazard: float, lgd: float) -> float:
    """Continuous coupon at which a loan is worth par, whatever its maturity.

    Reference: Hull and White (2000), Valuing credit default swaps I, Journal of Derivatives
    8(1).
    """
    return discount_rate + default_hazard * lgd
