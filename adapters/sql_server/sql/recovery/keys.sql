-- The keys and versions of entries that are still unsettled and that no batch has at this moment; a sign of life of the recovery.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @ids nvarchar(max) = ?;
UPDATE [relay].[Recovery]
SET [WorkedAt] = SYSUTCDATETIME()
WHERE [App] = @app AND [Relay] = @relay;
SELECT entry.[KeyText], entry.[Version], entry.[Spelled]
FROM OPENJSON(@ids) WITH ([id] bigint '$') AS wanted
INNER JOIN [relay].[Ledger] AS entry ON entry.[Id] = wanted.[id]
LEFT JOIN {{leases}} AS lease ON {{lease_of_entry}}
WHERE entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] IN ('open', 'held')
    AND (lease.[_az_func_LeaseExpirationTime] IS NULL OR lease.[_az_func_LeaseExpirationTime] <= SYSDATETIME())
ORDER BY entry.[LastTriedAt], entry.[Id];
