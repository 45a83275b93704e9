"""Aggregates over the rows of a table: kept exact by its changes, and delivered group by group."""
