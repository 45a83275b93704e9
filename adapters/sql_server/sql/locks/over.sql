-- Some locks at which a lease, an offer or a wait is over, and nobody has seen to it.
SET NOCOUNT ON;
DECLARE @limit int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
SELECT TOP (@limit) [Name] AS [name]
FROM (
    SELECT [Name] FROM [relay].[LockHolder] WHERE [ExpiresAt] <= @now
    UNION
    SELECT [Name] FROM [relay].[LockWaiter] WHERE [OfferedUntil] <= @now
    UNION
    SELECT [Name] FROM [relay].[LockWaiter] WHERE [OfferedUntil] IS NULL AND [WaitsUntil] < @now
) AS found
ORDER BY [Name];
