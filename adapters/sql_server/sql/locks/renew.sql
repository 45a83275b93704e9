-- Lets a lease begin anew, for as long as is said or as before. Nothing of that if the lock was lost: it ran out, was forced or taken over, or
-- another one holds it than those who may, where they are said.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @token bigint = ?, @lease_seconds int = ?, @owners nvarchar(max) = ?;
{{hold_lock}}
{{end_leases}}
UPDATE [relay].[LockHolder]
SET
    [LeaseSeconds] = COALESCE(@lease_seconds, [LeaseSeconds]),
    [ExpiresAt] = DATEADD(second, COALESCE(@lease_seconds, [LeaseSeconds]), @now)
WHERE [Name] = @name
    AND [Token] = @token
    AND (@owners IS NULL OR [Owner] IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@owners)));
{{offer_lock}}
SELECT CONCAT(CONVERT(varchar(40), [ExpiresAt], 126), 'Z') AS [expires]
FROM [relay].[LockHolder]
WHERE [Name] = @name
    AND [Token] = @token
    AND (@owners IS NULL OR [Owner] IN (SELECT [value] COLLATE Latin1_General_100_BIN2 FROM OPENJSON(@owners)));
{{lock_hints}}
