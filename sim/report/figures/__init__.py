"""Floor 10: style, and every figure, from frozen objects only."""
