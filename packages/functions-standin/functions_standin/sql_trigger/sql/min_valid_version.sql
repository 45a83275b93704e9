-- NULL if change tracking is off for the table, or if the login may not see it.
DECLARE @table_id int = ?;
SELECT CHANGE_TRACKING_MIN_VALID_VERSION(@table_id);
