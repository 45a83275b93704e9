"""HTTP: the app's own routes and the host's administration."""
