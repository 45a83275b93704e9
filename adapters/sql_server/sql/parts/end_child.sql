-- If what has ended now (`@subject`) is a branch or an item: it is counted, those are made ready that find a place by it, and the parent is
-- named if all is over. One that was waiting itself (`@was_live` is 0) had no place, and leaves none.
DECLARE @parent nvarchar(100) = N'', @place nvarchar(100), @over int = 0;
IF @subject IS NOT NULL
    SELECT @parent = [Parent], @place = [Place] FROM [relay].[ExecutionPosition] WHERE [App] = @app AND [Execution] = @execution;
UPDATE [relay].[ExecutionFork]
SET
    [Live] = [Live] - @was_live,
    [Ended] = [Ended] + 1,
    [Failed] = [Failed] + @failed,
    @over = CASE WHEN [Ended] + 1 >= [Children] OR [Failed] + @failed > [Tolerated] THEN 1 ELSE 0 END
WHERE [App] = @app AND [Execution] = @parent AND [Place] = @place;
{{next_child}}
UPDATE [relay].[Execution]
SET [LookAt] = @now
OUTPUT inserted.[Id] AS [id], inserted.[Epoch] AS [epoch], @place AS [place]
WHERE @over = 1 AND [App] = @app AND [Id] = @parent AND [State] = 'running' AND @parent <> N'';
