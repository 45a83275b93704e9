-- Turns change tracking on for the database.
ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = {{days}} DAYS, AUTO_CLEANUP = ON);
