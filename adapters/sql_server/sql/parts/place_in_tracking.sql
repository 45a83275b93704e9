-- Part of the guard's look: where the trigger stands between what change tracking has and what it will forget; what the last look
-- has written down; whether changes were forgotten that had not been taken up.
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME(), @clock datetime2(3) = SYSDATETIME();
DECLARE @position bigint, @gap bit = 0, @ahead bit = 0;
SELECT @position = [LastSyncVersion]
FROM [az_func].[GlobalState]
WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table;
-- After the position: it may move at any moment, and be above what was current or oldest a moment before.
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table), @current bigint = CHANGE_TRACKING_CURRENT_VERSION();
-- Change tracking of a table begins anew when it is truncated, made anew, or tracking is switched off and on: no deletes are told.
DECLARE @begun bigint = (SELECT [begin_version] FROM sys.change_tracking_tables WHERE [object_id] = @table);
-- A position from another database, or from a later time of this one: the trigger sees nothing until the versions have reached it.
SET @ahead = CASE WHEN @position > @current THEN 1 ELSE 0 END;

-- Nobody has looked yet: what the trigger has passed is settled.
DECLARE @done bigint = @position, @newest bigint, @above int = 0, @mark bigint, @mark_at datetime2(3), @mark_rows int = 0,
    @reached_at datetime2(3), @work nvarchar(200), @work_since datetime2(3) = @now, @told nvarchar(400) = N'[]',
    @caught_up_at datetime2(3) = CASE WHEN @position IS NOT NULL THEN @now END;
SELECT
    @done = [CaughtUpTo], @caught_up_at = [CaughtUpAt], @work = [Work], @work_since = [WorkSince], @told = [Told], @newest = [Newest],
    @above = COALESCE([Above], 0), @mark = [MarkVersion], @mark_at = [MarkAt], @mark_rows = COALESCE([MarkRows], 0), @reached_at = [ReachedAt],
    @gap = CASE WHEN [CaughtUpTo] < @oldest OR [TableId] <> @table OR [BeginVersion] <> @begun THEN 1 ELSE 0 END
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay;
-- While nothing above that version is forgotten the position cannot have jumped: the trigger has settled what it has passed.
IF @gap = 0 AND @ahead = 0 AND @position > @done
    SET @done = @position;
IF @newest > @current
    SET @newest = NULL;
IF @done >= @mark
    SET @above = CASE WHEN @mark_rows < @above THEN @mark_rows ELSE @above END;
