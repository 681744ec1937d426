"""Floor 12: pages for readers: the report, its interactive part, vocabulary, descriptions."""
