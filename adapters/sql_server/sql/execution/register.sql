-- Registers what a change, or a person, starts; the same id is registered once, whoever asks again. What runs for the same subject
-- decides, as `on_newer` says, whether this one waits, takes over, or is ignored; callers of one subject come one after the other.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @id nvarchar(100) = ?, @workflow nvarchar(100) = ?, @relay nvarchar(40) = ?, @subject nvarchar(100) = ?,
    @key nvarchar(700) = ?, @version bigint = ?, @input nvarchar(max) = ?, @on_newer varchar(10) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @live int = 0, @newest bigint, @epoch int = 0, @state varchar(10) = 'ready';
IF NOT EXISTS (SELECT 1 FROM [relay].[Execution] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Id] = @id)
BEGIN
    SELECT @live = COUNT(*), @newest = MAX([Version])
    FROM [relay].[Execution] WITH (UPDLOCK, HOLDLOCK)
    WHERE [App] = @app AND [Subject] = @subject AND [EndedAt] IS NULL;
    SELECT @epoch = MAX([Epoch]) FROM [relay].[Execution] WHERE [App] = @app AND [Subject] = @subject;
    IF @live > 0
        SET @state = CASE
            WHEN @on_newer = 'queue' THEN 'waiting'
            WHEN @on_newer = 'ignore' THEN 'ignored'
            WHEN @newest >= @version THEN 'replaced'
            ELSE 'ready'
        END;
    IF @live > 0 AND @state = 'ready'
        UPDATE [relay].[Execution]
        SET [State] = 'replaced', [EndedAt] = @now, [LookAt] = @now, [Error] = CONCAT(N'replaced by ', @id)
        WHERE [App] = @app AND [Subject] = @subject AND [EndedAt] IS NULL;
    INSERT INTO [relay].[Execution] (
        [App], [Id], [Workflow], [Parent], [Relay], [Subject], [KeyText], [Version], [Input], [State], [Epoch], [FirstEpoch], [Steps],
        [Error], [EnteredAt], [DueAt], [LookAt], [EndedAt]
    )
    VALUES (
        @app, @id, @workflow, N'', @relay, @subject, @key, @version, @input, @state,
        CASE WHEN @state = 'ready' THEN COALESCE(@epoch, 0) + 1 ELSE 0 END, COALESCE(@epoch, 0) + 1, 0, N'', @now, @now,
        CASE WHEN @state = 'ready' THEN @now END, CASE WHEN @state IN ('ignored', 'replaced') THEN @now END
    );
END;
SELECT [Id] AS [id], [Workflow] AS [workflow], [State] AS [state], [Epoch] AS [epoch]
FROM [relay].[Execution]
WHERE [App] = @app AND [Id] = @id;
