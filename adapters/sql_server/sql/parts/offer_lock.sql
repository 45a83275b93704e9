-- Offers what is free to the first who wait. What is offered is not free: it is kept for them until the offer lapses.
SET @free = @permits_now
    - (SELECT COUNT(*) FROM [relay].[LockHolder] WHERE [Name] = @name)
    - (SELECT COUNT(*) FROM [relay].[LockWaiter] WHERE [Name] = @name AND [OfferedUntil] IS NOT NULL);
IF @free > 0
BEGIN
    INSERT INTO @offered ([Ticket])
    SELECT TOP (@free) [Ticket]
    FROM [relay].[LockWaiter]
    WHERE [Name] = @name AND [OfferedUntil] IS NULL AND [Asleep] = 0
    ORDER BY [Ticket];
    SET @free = @free - @@ROWCOUNT;
    UPDATE waiter
    SET [OfferedUntil] = DATEADD(second, waiter.[OfferSeconds], @now), [Offers] = waiter.[Offers] + 1
    FROM [relay].[LockWaiter] AS waiter
    INNER JOIN @offered AS offered ON offered.[Ticket] = waiter.[Ticket]
    WHERE waiter.[Name] = @name;
END;
