-- The lock's row is held until the commit, and everything else about the lock is read and written behind it: nobody works on one lock
-- beside another, and different locks do not meet. A row, and no application lock: it exists anyway, belongs to the transaction
-- by itself, and compares names as the tables do. The clock is looked at after any wait for it.
DECLARE @permits_now int, @free int, @now datetime2(3);
DECLARE @offered TABLE ([Ticket] bigint NOT NULL PRIMARY KEY);
SELECT @permits_now = [Permits]
FROM [relay].[Lock] WITH (UPDLOCK, HOLDLOCK)
WHERE [Name] = @name;
SET @now = SYSUTCDATETIME();
