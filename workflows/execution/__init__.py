"""Executions: what a workflow was started for, its steps, and when it is started anew."""
