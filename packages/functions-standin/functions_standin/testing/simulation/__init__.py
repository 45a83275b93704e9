"""Whole hosts in one process and one thread, on a clock that jumps: for deterministic simulations.

`Simulation` runs stories, coroutines that start hosts, send requests, let time pass and let hosts die. Storage is in memory, the
database is whatever client the story hands in. What the same seed does once, it does again.
"""

from functions_standin.testing.simulation.dying import HostDied, Moment
from functions_standin.testing.simulation.exchange import Answer
from functions_standin.testing.simulation.host import SimulatedHost
from functions_standin.testing.simulation.loop import NothingWillHappen
from functions_standin.testing.simulation.simulation import Simulation

__all__ = ["Answer", "HostDied", "Moment", "NothingWillHappen", "SimulatedHost", "Simulation"]
