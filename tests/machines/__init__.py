"""Random machines by seed, and what comes of each: whatever runs definitions can be compared with it.

draw(seed) draws a definition and its input (drawing.py; a new feature is a block in blocks.py or branching.py), answer() is what its tasks do
(tasks.py), and expected() what has to come out (expecting.py), all of it plain data.
"""
