-- Ends the branches and items of executions, or of one place, that have not ended; says which they were. Their outcome is none: who looks at
-- them again sees that they were not run to their end. Nothing of an execution that goes on, unless it asks itself (`epoch`); what is begun at
-- that place later finds none to run in.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @parents nvarchar(max) = ?, @place nvarchar(100) = ?, @epoch int = ?, @error nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @asked TABLE ([Id] nvarchar(100) NOT NULL PRIMARY KEY);
DECLARE @places TABLE ([Parent] nvarchar(100) NOT NULL, [Place] nvarchar(100) NOT NULL, PRIMARY KEY ([Parent], [Place]));
INSERT INTO @asked
SELECT parent.[Id]
FROM [relay].[Execution] AS parent
INNER JOIN OPENJSON(@parents) WITH ([id] nvarchar(100) '$') AS told ON told.[id] = parent.[Id]
WHERE parent.[App] = @app AND (parent.[EndedAt] IS NOT NULL OR parent.[Epoch] = @epoch AND parent.[State] = 'running');
INSERT INTO @places SELECT [Id], @place FROM @asked WHERE @place <> N'';
INSERT INTO [relay].[ExecutionFork] ([App], [Execution], [Place], [Children], [AtOnce], [Tolerated], [Next], [Live], [Ended], [Failed])
SELECT @app, asked.[Parent], asked.[Place], 0, 0, 0, 0, 0, 0, 0
FROM @places AS asked
WHERE NOT EXISTS (
    SELECT 1
    FROM [relay].[ExecutionFork] AS known WITH (UPDLOCK, HOLDLOCK)
    WHERE known.[App] = @app AND known.[Execution] = asked.[Parent] AND known.[Place] = asked.[Place]
);
INSERT INTO @places
SELECT DISTINCT place.[Parent], place.[Place]
FROM [relay].[ExecutionPosition] AS place
INNER JOIN @asked AS parent ON parent.[Id] = place.[Parent]
WHERE @place = N'' AND place.[App] = @app;
UPDATE child
SET [State] = 'stopped', [Result] = N'null', [Error] = @error, [EndedAt] = @now, [LookAt] = NULL
OUTPUT inserted.[Id] AS [id], inserted.[Epoch] AS [epoch]
FROM [relay].[Execution] AS child
INNER JOIN [relay].[ExecutionPosition] AS place ON place.[App] = child.[App] AND place.[Execution] = child.[Id]
INNER JOIN @asked AS parent ON parent.[Id] = place.[Parent]
WHERE place.[App] = @app AND (@place = N'' OR place.[Place] = @place) AND child.[EndedAt] IS NULL;
{{count_children}}
