"""What relays.toml says: frozen values, and the readers that report every mistake at once."""
