"""Scenario files, from text to a checked and frozen scenario."""
