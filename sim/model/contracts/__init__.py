"""Financing clauses: what is written in a contract, each with a neutral value."""
