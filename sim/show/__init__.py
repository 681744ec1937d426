"""Floor 7: style, figures, tables and the report, from frozen objects only."""
