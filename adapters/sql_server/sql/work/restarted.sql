-- Writes down that an instance was started anew, for the how-manieth time at this mark of its work, and why.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @instance nvarchar(300) = ?, @mark nvarchar(200) = ?, @restarts int = ?, @error nvarchar(1000) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
MERGE [relay].[Restart] WITH (HOLDLOCK) AS known
USING (SELECT @app AS [App], @instance AS [Instance]) AS started
ON known.[App] = started.[App] AND known.[Instance] = started.[Instance]
WHEN MATCHED THEN
    UPDATE SET
        [Since] = CASE WHEN known.[Mark] = @mark THEN known.[Since] ELSE @now END,
        [Mark] = @mark,
        [Restarts] = @restarts,
        [RestartedAt] = @now,
        [Error] = @error
WHEN NOT MATCHED THEN
    INSERT ([App], [Instance], [Mark], [Restarts], [Since], [RestartedAt], [Error])
    VALUES (@app, @instance, @mark, @restarts, @now, @now, @error);
