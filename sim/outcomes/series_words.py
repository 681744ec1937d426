"""What each curve of ``series.parquet`` is: what x and the value stand for, with units."""

from dataclasses import dataclass

from sim.outcomes.effects import KINDS, effect_name


@dataclass(frozen=True)
class SeriesMark:
    """One series, or all series whose names begin alike.

    Parameters
    ----------
    name : str
        Name of the series; after a colon stands, in capitals, what further series are by.
    unit, meaning : str
        Of the value.
    x : str
        What x is, with its unit.
    """

    name: str
    unit: str
    meaning: str
    x: str

    def covers(self, series: str) -> bool:
        """Say whether a series of a run is this one.

        Examples
        --------
        >>> mark = SeriesMark("stage_count:STAGE", "firms", "living firms", "years")
        >>> mark.covers("stage_count:growth"), mark.covers("survival")
        (True, False)
        """
        head, colon, _ = self.name.partition(":")
        return series == self.name or bool(colon and series.startswith(f"{head}:"))


DATE, YEAR = "years from the start date", "years from the start date at which the year ends"
AGE, HORIZON = "years of age", "years of the experiment"
SERIES = (
    SeriesMark("survival", "share", "firms not closed, Kaplan and Meier 1958", AGE),
    SeriesMark("survival_at_risk", "firms", "firms that are followed beyond that age", AGE),
    SeriesMark("stage_count:STAGE", "firms", "living firms by stage", DATE),
    SeriesMark("vintage_default", "share", "cumulative default", "years since signing"),
    SeriesMark("cumulative_value_by_age", "CNY million",
               "discounted value to banks of 100 firms", AGE),
    SeriesMark("credit_outstanding", "CNY million", "performing loans of all banks", DATE),
    SeriesMark("cumulative_profit", "CNY million", "profit of all banks so far", DATE),
    SeriesMark("profit_by_regime", "CNY million per year",
               "profit of all banks per year of a regime",
               "place of the macro regime in the scenario"),
    SeriesMark("bank_annual_loss", "CNY million", "credit loss of a bank in a year", YEAR),
    SeriesMark("bank_annual_profit", "CNY million", "profit of a bank in a year", YEAR),
    SeriesMark("contracts:ARRANGEMENT", "contracts", "signed in a year, by terms", YEAR),
    SeriesMark("loss_borne:PARTY", "CNY million", "credit losses borne by each party", HORIZON),
    SeriesMark("stage_flow:SOURCE>TARGET", "firms", "firms by their states at two dates",
               "years from the start date at which the period ends"),
    SeriesMark("paid:ACCOUNT:PAYER:PAYEE", "CNY million", "paid in the experiment", HORIZON),
    SeriesMark("vintage_profit", "CNY million",
               "profit from firms whose first loan is of a year", YEAR),
    SeriesMark("additional_survivors", "firms per 1,000",
               "firms saved less firms lost so far", DATE),
    *(SeriesMark(effect_name(kind, "GROUP"), *KINDS[kind], "always 0") for kind in KINDS),
)  # fmt: skip
"""Every series, in the order of the table."""
