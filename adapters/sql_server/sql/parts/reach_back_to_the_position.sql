-- Part of enrich, for relays that watch columns or ignore contexts: what was changed since the trigger's position counts, however
-- many batches ago that is.
SELECT @base = CASE WHEN [LastSyncVersion] < @base THEN [LastSyncVersion] ELSE @base END
FROM [az_func].[GlobalState]
WHERE [UserFunctionID] = @function_id AND [UserTableID] = @table;
