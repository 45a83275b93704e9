-- Some orchestrations of this app to which a lock is offered, and that have not taken it: the hint may have been lost.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @limit int = ?;
SELECT TOP (@limit)
    [Instance] AS [instance],
    [Execution] AS [execution],
    [Name] AS [name],
    [Ticket] AS [ticket],
    [Offers] AS [offers]
FROM [relay].[LockWaiter]
WHERE [OfferedUntil] > SYSUTCDATETIME() AND [App] = @app AND [Instance] <> N''
ORDER BY [OfferedUntil];
