"""A small downstream API to break on purpose; it remembers everything that it received."""
