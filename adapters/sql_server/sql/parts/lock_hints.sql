-- The orchestrations of this app to which the lock was just offered, and that have not taken it yet.
SELECT
    waiter.[Instance] AS [instance],
    waiter.[Execution] AS [execution],
    waiter.[Name] AS [name],
    waiter.[Ticket] AS [ticket],
    waiter.[Offers] AS [offers]
FROM [relay].[LockWaiter] AS waiter
INNER JOIN @offered AS offered ON offered.[Ticket] = waiter.[Ticket]
WHERE waiter.[Name] = @name AND waiter.[App] = @app AND waiter.[Instance] <> N'';
