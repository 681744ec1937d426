"""The life of a firm: its record and the scalar rules that a run compiles."""
