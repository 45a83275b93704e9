"""Microsoft's own suites and samples, from a checkout that the caller brings: nothing of them is kept in this project."""
