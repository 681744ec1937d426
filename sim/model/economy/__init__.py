"""The systematic side: macro regimes, yearly frailty and the equity market."""
