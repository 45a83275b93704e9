-- Moves the position over what change tracking has forgotten; returns the old and the new one if it had to.
{app_lock}
DECLARE @function_id char(16) = ?, @table_id int = ?;
DECLARE @min_valid bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table_id), @last_sync bigint;
SELECT @last_sync = LastSyncVersion
FROM [az_func].[GlobalState]
WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
IF @last_sync < @min_valid
BEGIN
    UPDATE [az_func].[GlobalState]
    SET LastSyncVersion = @min_valid
    WHERE UserFunctionID = @function_id AND UserTableID = @table_id;
    SELECT @last_sync, @min_valid;
END;
