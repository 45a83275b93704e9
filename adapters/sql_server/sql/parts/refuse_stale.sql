-- Who stands behind what is written down was left behind: an activity that begins after its time, or a second time. He is told that it is over.
SELECT @locked = 1 FROM [relay].[Execution] WITH (UPDLOCK) WHERE [App] = @app AND [Id] = @execution;
IF EXISTS (
    SELECT 1
    FROM [relay].[ExecutionPosition]
    WHERE [App] = @app AND [Execution] = @execution
        AND CAST(JSON_VALUE([Position], '$.told') AS int) > CAST(JSON_VALUE(@position, '$.told') AS int)
)
    SET @epoch = 0;
