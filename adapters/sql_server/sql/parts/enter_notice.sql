-- Part of whatever decides that people are told something: the notice, for each channel that is to take it. One that is known stays.
INSERT INTO [relay].[Notice] ([App], [Notice], [Channel], [State], [Facts], [Tries], [Error], [EnteredAt], [NextTryAt])
SELECT @app, @notice, told.[Channel], 'waiting', @facts, 0, N'', SYSUTCDATETIME(), SYSUTCDATETIME()
FROM (SELECT [value] COLLATE DATABASE_DEFAULT AS [Channel] FROM OPENJSON(@channels)) AS told
WHERE NOT EXISTS (
    SELECT 1
    FROM [relay].[Notice] AS known WITH (UPDLOCK, HOLDLOCK)
    WHERE known.[App] = @app AND known.[Notice] = @notice AND known.[Channel] = told.[Channel]
);
