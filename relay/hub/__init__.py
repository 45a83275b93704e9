"""Whose the task hub is: an app that works in another's takes its work, and loses its own there."""
