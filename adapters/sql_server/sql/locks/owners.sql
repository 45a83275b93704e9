-- An execution, and those that it is a branch or an item of: what they hold it may renew and give back. An execution that waits for another
-- one is deeper than what it has started, and is not among them.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
DECLARE @found TABLE ([Execution] nvarchar(100) NOT NULL);
WHILE @execution IS NOT NULL
BEGIN
    INSERT INTO @found ([Execution]) VALUES (@execution);
    SET @execution = (
        SELECT parent.[Execution]
        FROM [relay].[ExecutionPosition] AS place
        INNER JOIN [relay].[ExecutionPosition] AS parent
            ON parent.[App] = place.[App] AND parent.[Execution] = place.[Parent] AND parent.[Depth] = place.[Depth]
        WHERE place.[App] = @app AND place.[Execution] = @execution
    );
END;
SELECT [Execution] AS [execution] FROM @found;
