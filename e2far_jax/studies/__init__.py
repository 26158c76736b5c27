"""Studies: the same training again and again with one thing changed, and a table at the end."""
