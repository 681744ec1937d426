"""Floor 12: the command line, one file for each command."""
