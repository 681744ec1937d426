"""Floor 12: the command line; `app.py` says where each command is."""
