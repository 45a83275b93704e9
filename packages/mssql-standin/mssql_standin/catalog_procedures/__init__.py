"""The catalog procedures: T-SQL over the catalog views, one file each."""
