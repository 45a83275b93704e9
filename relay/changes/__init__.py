"""A changed row: what the trigger says of it, what SQL Server knows of it, and the tests that a row can be put to."""
