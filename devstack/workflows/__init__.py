"""The workflow that docs/workflows.md shows, run: in an app that has it, with a shop that it asks."""
