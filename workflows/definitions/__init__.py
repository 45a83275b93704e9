"""Workflows as data: definitions in the Amazon States Language, with names, versions and what may be started."""
