"""Floor 4: scenario files, from text to a checked and frozen scenario."""
