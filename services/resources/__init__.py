"""Task states' resources, one module a kind."""
