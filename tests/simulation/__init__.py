"""The whole app in one process, on one virtual clock, by a seed: see world.py."""
