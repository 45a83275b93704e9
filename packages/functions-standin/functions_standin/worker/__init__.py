"""What runs in the Python worker: the app, its functions, the library's converters. The host imports nothing of it."""
