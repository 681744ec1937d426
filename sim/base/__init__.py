"""Floor 0: errors, the frozen base, columns, draws and special functions."""
