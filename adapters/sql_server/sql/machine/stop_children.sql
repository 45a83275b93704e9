-- Ends the branches and items of an execution, or of one place of it, that have not ended; says which they were.
-- Their outcome is none: who looks at them again sees that they were not run to their end.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @parents nvarchar(max) = ?, @place nvarchar(100) = ?, @error nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE child
SET [State] = 'stopped', [Result] = N'null', [Error] = @error, [EndedAt] = @now, [LookAt] = NULL
OUTPUT inserted.[Id] AS [id], inserted.[Epoch] AS [epoch]
FROM [relay].[Execution] AS child
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = child.[App] AND place.[Execution] = child.[Id]
INNER JOIN OPENJSON(@parents) WITH ([id] nvarchar(100) '$') AS parent ON parent.[id] = place.[Parent]
WHERE place.[App] = @app AND (@place = N'' OR place.[Place] = @place) AND child.[EndedAt] IS NULL;
