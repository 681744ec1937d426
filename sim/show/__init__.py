"""Floor 10: style, figures, tables and the report, from frozen objects only."""
