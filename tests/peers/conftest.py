"""The model in Mesa is collected where that package is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("mesa") else ["lean_mesa.py"]
