"""HTTP over requests: endpoints and channels."""
