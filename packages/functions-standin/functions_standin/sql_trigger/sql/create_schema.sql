-- The schema of everything that the trigger remembers.
{app_lock}
IF SCHEMA_ID(N'az_func') IS NULL
    EXEC (N'CREATE SCHEMA [az_func]');
