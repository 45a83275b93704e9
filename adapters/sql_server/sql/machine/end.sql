-- Writes down how an execution has ended, once, and where; says what waits behind it, which siblings find a place now, and whose branches
-- or items are all over by it. Who asks again, for he was lost before he could tell, hears of the last once more.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @state varchar(10) = ?, @result nvarchar(max) = ?, @error nvarchar(1000) = ?,
    @position nvarchar(max) = ?, @history nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @subject nvarchar(100), @failed int = CASE WHEN @state = 'completed' THEN 0 ELSE 1 END,
    @was_live int = 1;
UPDATE [relay].[Execution]
SET @subject = [Subject], [State] = @state, [Result] = @result, [Error] = @error, [EndedAt] = @now, [LookAt] = NULL
WHERE [App] = @app AND [Id] = @execution AND [Epoch] = @epoch AND [State] = 'running';
{{keep_position}}
{{next_execution}}
{{end_child}}
SELECT parent.[Id] AS [id], parent.[Epoch] AS [epoch], place.[Place] AS [place]
FROM [relay].[Execution] AS own
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = own.[App] AND place.[Execution] = own.[Id]
INNER JOIN [relay].[ExecutionFork] AS fork ON fork.[App] = own.[App] AND fork.[Execution] = place.[Parent] AND fork.[Place] = place.[Place]
INNER JOIN [relay].[Execution] AS parent ON parent.[App] = own.[App] AND parent.[Id] = place.[Parent]
WHERE @subject IS NULL AND own.[App] = @app AND own.[Id] = @execution AND own.[Epoch] = @epoch AND own.[EndedAt] IS NOT NULL
    AND parent.[State] = 'running' AND (fork.[Ended] >= fork.[Children] OR fork.[Failed] > fork.[Tolerated]);
