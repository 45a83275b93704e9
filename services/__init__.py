"""Units of work through ports: they may block and may run twice; they know no driver and no azure."""
