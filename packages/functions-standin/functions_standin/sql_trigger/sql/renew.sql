-- Extends the batch's leases by primary key only, whoever holds them; returns how many there were.
{app_lock}
DECLARE @changes nvarchar(max) = ?;
UPDATE l
SET [_az_func_LeaseExpirationTime] = DATEADD(millisecond, {lease_ms}, SYSDATETIME())
FROM {leases} AS l
INNER JOIN OPENJSON(@changes) WITH ({json_declarations}) AS c ON {lease_is_of_change};
SELECT @@ROWCOUNT;
