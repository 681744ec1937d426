"""Tests, in the same folders as the files of sim that they prove."""
