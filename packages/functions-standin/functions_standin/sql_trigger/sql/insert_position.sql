-- A function that has no position takes that of its earlier, host-based id, else starts where change tracking starts.
{app_lock}
DECLARE @function_id char(16) = ?, @earlier_id char(16) = ?, @table_id int = ?;
DECLARE @min_valid bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table_id), @earlier bigint;
IF NOT EXISTS (SELECT 1 FROM [az_func].[GlobalState] WHERE UserFunctionID = @function_id AND UserTableID = @table_id)
BEGIN
    SELECT @earlier = LastSyncVersion
    FROM [az_func].[GlobalState]
    WHERE UserFunctionID = @earlier_id AND UserTableID = @table_id;
    INSERT INTO [az_func].[GlobalState] (UserFunctionID, UserTableID, LastSyncVersion)
    VALUES (@function_id, @table_id, COALESCE(@earlier, @min_valid));
    DELETE FROM [az_func].[GlobalState]
    WHERE UserFunctionID = @earlier_id AND UserTableID = @table_id AND @earlier_id <> @function_id;
END;
