"""Floor 13: the command line, one file for each command."""
