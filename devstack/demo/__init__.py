"""The demo: changes rows, watches them arrive, and counts independently of the app what was lost."""
