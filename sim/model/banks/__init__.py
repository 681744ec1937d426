"""Banks: who they are, what they believe, how they decide, what they must hold."""
