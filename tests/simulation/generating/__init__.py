"""Draws plans: how relays are configured (configuration.py), what is written (writing.py), what goes wrong (troubles.py, database.py).

A new option, verb or weather is named in its table there; test_generator.py sees that it is drawn often enough.
"""
