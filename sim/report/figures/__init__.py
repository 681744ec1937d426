"""Floor 11: style, and every figure, from frozen objects only."""
