"""From a definition in JSON to values, with all its mistakes at once."""
