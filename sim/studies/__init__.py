"""Floor 9: studies, which take many runs to answer a question."""
