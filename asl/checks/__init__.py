"""What can be said of a definition without running it, beyond its single fields."""
