"""Floor 12: the command line; `app.py` names every command."""
