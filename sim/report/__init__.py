"""Floor 11: pages for readers: the report, its interactive part, vocabulary, descriptions."""
