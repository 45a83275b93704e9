"""A stand-in for the Azure Functions host: loads an app as the Python worker does, serves HTTP, runs SQL triggers."""
