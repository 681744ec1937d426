"""State of a run besides firms: the loan book, the ledger, and the record of history."""
