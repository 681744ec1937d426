"""Floor 10: studies, which take many runs to answer a question."""
