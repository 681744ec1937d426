"""Floor 11: the command line, one file for each command."""
