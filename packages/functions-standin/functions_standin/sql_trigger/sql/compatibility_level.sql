-- OPENJSON needs 130.
SELECT compatibility_level FROM sys.databases WHERE database_id = DB_ID();
