"""The SQL trigger: change tracking, leases in the watched database, one change loop and one renewal loop a function."""
