"""Durable activities, one file each: a body that takes its adapters, and a thin shell. All of them may run twice."""
