"""Whether a relay can do its work: its table, its place in change tracking, its health."""
