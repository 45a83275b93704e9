"""Locks that several apps, hosts and people share: values, names and decisions."""
