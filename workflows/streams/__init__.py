"""Aggregates of kind events: what posted events come to, by group and window of their own time."""
