"""The app as one file that can be deployed: the same bytes wherever it is made, with everything that it needs pinned and listed."""
