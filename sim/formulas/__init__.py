"""Floor 1: closed forms of finance, credit and survival, as pure functions."""
