-- The owner gets the lock, under the next token, and stands in the line no more.
UPDATE [relay].[Lock]
SET @token = [Token] = [Token] + 1
WHERE [Name] = @name;
INSERT INTO [relay].[LockHolder] (
    [Name], [Token], [Ticket], [Owner], [Purpose], [App], [Instance], [Execution], [LeaseSeconds], [TakenAt], [ExpiresAt]
)
VALUES (
    @name, @token, @ticket, @owner, @purpose, @app, @instance, @execution, @lease_seconds, @now, DATEADD(second, @lease_seconds, @now)
);
DELETE FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [Ticket] = @ticket;
