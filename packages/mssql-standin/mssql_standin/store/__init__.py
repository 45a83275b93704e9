"""The store: one SQLite file with the tables, their definitions, change tracking, and the locks around them."""
