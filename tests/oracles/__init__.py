"""Closed forms of the literature that the simulator and the product's functions must meet.

They are written for tests: plain numbers in, nothing refused. A closed form stands here only
while a test of the simulator, or of a function that the product calls, is written against it.
"""
