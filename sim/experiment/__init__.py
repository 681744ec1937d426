"""Experiments: replications side by side, the story of one firm, beliefs that meet facts."""
