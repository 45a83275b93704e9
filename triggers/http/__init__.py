"""The routes, one file per subject: each takes a request, asks or orders through ports, and answers."""
