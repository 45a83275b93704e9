"""Executions of definitions: how one stands between two steps, what is told of it, and the names that belong to it."""
