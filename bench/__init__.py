"""Measurements: each prints figures beside those of something else in the same run, as ratios. No test depends on them."""
