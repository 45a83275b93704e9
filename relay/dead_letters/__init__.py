"""Changes that were given up: what is shown of them, which of them a request means, and their replay."""
