"""The engine: SimPy processes for the system, compiled rules for firms."""
