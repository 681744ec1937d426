"""Floor 11: style, figures, tables and the report, from frozen objects only."""
