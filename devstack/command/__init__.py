"""What `./dev` does, and the processes that the demo and the tests run. Standard library only."""
