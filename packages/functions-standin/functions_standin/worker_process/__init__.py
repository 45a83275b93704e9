"""The worker as a process of its own: the stream between host and worker, and the host that starts it again."""
