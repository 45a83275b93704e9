"""Takes messages out of the hub's queues and has them worked off."""
