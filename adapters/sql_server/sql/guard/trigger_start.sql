-- What a relay's SQL trigger found when it started, as the guard has written it down; whether it has started, and if not, what may
-- keep it from that.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @table nvarchar(300) = ?, @leases nvarchar(300) = ?;
DECLARE @position bigint;
IF OBJECT_ID(N'[az_func].[GlobalState]', N'U') IS NOT NULL
    SELECT @position = [LastSyncVersion]
    FROM [az_func].[GlobalState]
    WHERE [UserFunctionID] = @function_id AND [UserTableID] = OBJECT_ID(@table);
SELECT
    @position AS [position],
    CASE WHEN OBJECT_ID(@leases, N'U') IS NULL THEN 0 ELSE 1 END AS [has_leases],
    CASE WHEN SCHEMA_ID(N'az_func') IS NOT NULL OR HAS_PERMS_BY_NAME(DB_NAME(), N'DATABASE', N'CREATE SCHEMA') = 1 THEN 1 ELSE 0 END AS [has_schema],
    [compatibility_level]
FROM sys.databases
WHERE [database_id] = DB_ID();

SELECT
    [HostStart] AS [host_start],
    [TableId] AS [table_id],
    [Columns] AS [columns],
    [ChangedAt] AS [changed_at],
    CONVERT(varchar(40), [AwaitedSince], 126) AS [awaited_since],
    DATEDIFF_BIG(millisecond, [AwaitedSince], SYSUTCDATETIME()) AS [awaited_ms],
    [Told] AS [told]
FROM [relay].[TriggerStart]
WHERE [App] = @app AND [Relay] = @relay;
