"""workflows.toml: what the workflows beside the relays are configured with."""
