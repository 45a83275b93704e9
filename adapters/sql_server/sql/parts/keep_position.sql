-- Where the execution is, if that is told, and what has happened on the way there, if it is still this start's (`@subject`).
IF @subject IS NOT NULL
BEGIN
    UPDATE [relay].[ExecutionPosition] SET [Position] = COALESCE(@position, [Position]) WHERE [App] = @app AND [Execution] = @execution;
    INSERT INTO [relay].[ExecutionHistory] ([App], [Execution], [Number], [Type], [State], [At], [Body])
    SELECT @app, @execution, told.[number], told.[type], told.[state], told.[at], told.[body]
    FROM OPENJSON(@history) WITH (
        [number] int '$.number', [type] varchar(40) '$.type', [state] nvarchar(80) '$.state', [at] datetime2(3) '$.at', [body] nvarchar(max) '$.body'
    ) AS told
    WHERE NOT EXISTS (
        SELECT 1
        FROM [relay].[ExecutionHistory] AS known
        WHERE known.[App] = @app AND known.[Execution] = @execution AND known.[Number] = told.[number]
    );
END;
