"""Measurements of the stand-in, each beside something else in the same run."""
