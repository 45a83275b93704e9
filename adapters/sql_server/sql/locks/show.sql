-- A lock, who holds it, the first who wait for it, and what was last released by force; nothing of all that is over is shown.
SET NOCOUNT ON;
DECLARE @name nvarchar(100) = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT
    [Permits] AS [permits],
    [Token] AS [token],
    (SELECT COUNT(*) FROM [relay].[LockWaiter] AS waiter WHERE waiter.[Name] = @name AND waiter.[WaitsUntil] >= @now) AS [waiting]
FROM [relay].[Lock]
WHERE [Name] = @name;
SELECT
    [Token] AS [token],
    [Owner] AS [owner],
    [Purpose] AS [purpose],
    [App] AS [app],
    CONCAT(CONVERT(varchar(40), [TakenAt], 126), 'Z') AS [taken],
    CONCAT(CONVERT(varchar(40), [ExpiresAt], 126), 'Z') AS [expires]
FROM [relay].[LockHolder]
WHERE [Name] = @name AND [ExpiresAt] > @now
ORDER BY [Token];
SELECT TOP (@limit)
    [Ticket] AS [ticket],
    [Owner] AS [owner],
    [Purpose] AS [purpose],
    [App] AS [app],
    CONCAT(CONVERT(varchar(40), [Since], 126), 'Z') AS [since],
    CONCAT(CONVERT(varchar(40), [WaitsUntil], 126), 'Z') AS [waits_until],
    CASE WHEN [OfferedUntil] > @now THEN CONCAT(CONVERT(varchar(40), [OfferedUntil], 126), 'Z') END AS [offered_until]
FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [WaitsUntil] >= @now
ORDER BY [Ticket];
SELECT TOP (10)
    [Token] AS [token],
    [Owner] AS [owner],
    [Purpose] AS [purpose],
    [App] AS [app],
    [Reason] AS [reason],
    CONCAT(CONVERT(varchar(40), [ForcedAt], 126), 'Z') AS [at]
FROM [relay].[LockForced]
WHERE [Name] = @name
ORDER BY [Id] DESC;
