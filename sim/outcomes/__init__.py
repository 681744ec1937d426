"""Floor 6: outcomes, one function each, measured by replication and compared in pairs."""
