-- Part of the guard's look: where the trigger stands between what change tracking has and what it will forget, and what it works on.
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME();
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table), @current bigint = CHANGE_TRACKING_CURRENT_VERSION();
-- Change tracking of a table begins anew when it is truncated, made anew, or tracking is switched off and on: no deletes are told.
DECLARE @begun bigint = (SELECT [begin_version] FROM sys.change_tracking_tables WHERE [object_id] = @table);
DECLARE @position bigint, @base bigint, @untaken int = 0, @unreleased int, @work nvarchar(200), @gap bit = 0, @ahead bit = 0;
SELECT @position = [LastSyncVersion]
FROM [az_func].[GlobalState]
WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table;
-- A position from another database, or from a later time of this one: the trigger sees nothing until the versions have reached it.
SET @ahead = CASE WHEN @position > @current THEN 1 ELSE 0 END;
SET @base = CASE WHEN @position BETWEEN @oldest AND @current THEN @position ELSE @oldest END;

SELECT @untaken = COUNT(*)
FROM (
    SELECT TOP (10001) change.[SYS_CHANGE_VERSION]
    FROM CHANGETABLE(CHANGES {{table}}, @base) AS change
    LEFT JOIN {{leases}} AS lease ON {{lease_of_change}}
    WHERE lease.[_az_func_AttemptCount] IS NULL
        OR (lease.[_az_func_AttemptCount] < {{trigger_attempts}} AND lease.[_az_func_ChangeVersion] < change.[SYS_CHANGE_VERSION])
) AS untaken;
SELECT
    @unreleased = COUNT(CASE WHEN lease.[_az_func_LeaseExpirationTime] IS NOT NULL AND lease.[_az_func_AttemptCount] < {{trigger_attempts}} THEN 1 END),
    @work = CONCAT(
        @position, N' ', COUNT(*), N' ', SUM(lease.[_az_func_AttemptCount]), N' ',
        CONVERT(nvarchar(40), MAX(lease.[_az_func_LeaseExpirationTime]), 126), N' ', MAX(lease.[_az_func_ChangeVersion])
    )
FROM {{leases}} AS lease;
