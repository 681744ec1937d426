"""Outcomes, one function each, measured by replication and compared in pairs."""
