-- Enters the notice of dead letters for each channel that is to take it, and writes down that these are told of. Says where it waits.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @ids nvarchar(max) = ?, @notice nvarchar(220) = ?, @channels nvarchar(max) = ?,
    @facts nvarchar(max) = ?;
UPDATE entry
SET [ToldAt] = SYSUTCDATETIME()
FROM OPENJSON(@ids) WITH ([id] bigint '$') AS told
INNER JOIN [relay].[Ledger] AS entry ON entry.[Id] = told.[id]
WHERE entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] = 'dead' AND entry.[ToldAt] IS NULL;
{{enter_notice}}
SELECT [Channel] AS [channel]
FROM [relay].[Notice]
WHERE [App] = @app AND [Notice] = @notice AND [State] = 'waiting';
