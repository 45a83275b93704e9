-- Gives back what a token holds, or what a ticket has come to: a place in the line, or the lock. Says whether there was anything
-- that those may give back who are said, if they are.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @token bigint = ?, @ticket bigint = ?, @owners nvarchar(max) = ?;
DECLARE @given_back int;
{{hold_lock}}
{{end_leases}}
DELETE FROM [relay].[LockHolder]
WHERE [Name] = @name
    AND ([Token] = @token OR [Ticket] = @ticket)
    AND (@owners IS NULL OR [Owner] IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@owners)));
SET @given_back = @@ROWCOUNT;
DELETE FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [Ticket] = @ticket;
SET @given_back = @given_back + @@ROWCOUNT;
{{offer_lock}}
SELECT @given_back AS [given_back];
{{lock_hints}}
