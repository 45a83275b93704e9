"""Sending rows that are there already: the order, how far it has come, and the request that asks for one."""
