-- What an attempt came to, if it was made.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?, @epoch int = ?, @step nvarchar(100) = ?, @visit int = ?;
SELECT done.[Result] AS [result]
FROM [relay].[ExecutionStep] AS done
INNER JOIN [relay].[Execution] AS run ON run.[App] = done.[App] AND run.[Id] = done.[Execution] AND run.[Epoch] = @epoch
WHERE done.[App] = @app AND done.[Execution] = @execution AND done.[Step] = @step AND done.[Visit] = @visit AND done.[DoneAt] IS NOT NULL;
