"""Lean models of the same question in SimPy and in Mesa, as a user of either would write them."""
