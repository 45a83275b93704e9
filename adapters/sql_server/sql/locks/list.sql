-- The locks that are held or waited for, along their names. What is over and not yet cleared away is not counted.
SET NOCOUNT ON;
DECLARE @after nvarchar(100) = ?, @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT TOP (@limit)
    known.[Name] AS [name],
    known.[Permits] AS [permits],
    known.[Token] AS [token],
    (SELECT COUNT(*) FROM [relay].[LockHolder] AS holder WHERE holder.[Name] = known.[Name] AND holder.[ExpiresAt] > @now) AS [holders],
    (SELECT COUNT(*) FROM [relay].[LockWaiter] AS waiter WHERE waiter.[Name] = known.[Name] AND waiter.[WaitsUntil] >= @now) AS [waiting]
FROM [relay].[Lock] AS known
WHERE known.[Name] > @after
    AND (
        EXISTS (SELECT 1 FROM [relay].[LockHolder] AS holder WHERE holder.[Name] = known.[Name] AND holder.[ExpiresAt] > @now)
        OR EXISTS (SELECT 1 FROM [relay].[LockWaiter] AS waiter WHERE waiter.[Name] = known.[Name] AND waiter.[WaitsUntil] >= @now)
    )
ORDER BY known.[Name];
