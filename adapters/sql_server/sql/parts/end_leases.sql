-- What is over: leases, offers that nobody took (their waiters keep their tickets, and are passed over until they ask again), waits.
DELETE FROM [relay].[LockHolder]
WHERE [Name] = @name AND [ExpiresAt] <= @now;
UPDATE [relay].[LockWaiter]
SET [OfferedUntil] = NULL, [Asleep] = 1
WHERE [Name] = @name AND [OfferedUntil] <= @now;
DELETE FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [WaitsUntil] < @now AND [OfferedUntil] IS NULL;
