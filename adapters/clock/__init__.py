"""Time and threads of the machine."""
