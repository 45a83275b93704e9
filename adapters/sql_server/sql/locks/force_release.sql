-- Takes a lock from whoever holds it, by order of an operator, and writes down from whom and why. No token given so far passes the
-- fence of the lock's name any more. Says from whom it was taken.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @reason nvarchar(1000) = ?;
{{hold_lock}}
{{end_leases}}
SELECT [Token] AS [token], [Owner] AS [owner], [Purpose] AS [purpose]
FROM [relay].[LockHolder]
WHERE [Name] = @name
ORDER BY [Token];
INSERT INTO [relay].[LockForced] ([Name], [Token], [Owner], [Purpose], [App], [Reason], [ForcedAt])
SELECT [Name], [Token], [Owner], [Purpose], @app, @reason, @now
FROM [relay].[LockHolder]
WHERE [Name] = @name;
{{burn_tokens}}
DELETE FROM [relay].[LockHolder]
WHERE [Name] = @name;
{{offer_lock}}
{{lock_hints}}
