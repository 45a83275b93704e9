"""What samples are asked; run by their path, since they need a checkout."""
