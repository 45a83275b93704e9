-- Gives back what a token holds, or what a ticket has come to: a place in the line, or the lock. Says whether there was anything.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @token bigint = ?, @ticket bigint = ?;
DECLARE @given_back int;
{{hold_lock}}
{{end_leases}}
DELETE FROM [relay].[LockHolder]
WHERE [Name] = @name AND ([Token] = @token OR [Ticket] = @ticket);
SET @given_back = @@ROWCOUNT;
DELETE FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [Ticket] = @ticket;
SET @given_back = @given_back + @@ROWCOUNT;
{{offer_lock}}
SELECT @given_back AS [given_back];
{{lock_hints}}
