-- Executions along their ids, of a workflow, a relay, a state, or all of them: those that are no part of another one, or the parts of one.
-- Those that rest are listed wherever they are, for each wants a person.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @workflow nvarchar(100) = ?, @definition nvarchar(100) = ?, @relay nvarchar(40) = ?,
    @state varchar(10) = ?, @parent nvarchar(100) = ?, @after nvarchar(100) = ?, @limit int = ?;
IF @state = 'stuck' AND @parent = N''
    SELECT TOP (@limit)
        [Id] AS [id], [Workflow] AS [workflow], [Parent] AS [parent], [Relay] AS [relay], [KeyText] AS [key], [Version] AS [version], [State] AS [state],
        [Epoch] AS [epoch], [Steps] AS [steps], [Error] AS [error], CONVERT(varchar(23), [EnteredAt], 126) AS [entered_at],
        CONVERT(varchar(23), [BegunAt], 126) AS [begun_at], CONVERT(varchar(23), [EndedAt], 126) AS [ended_at]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [State] = 'stuck' AND [Id] > @after AND (@workflow = N'' OR [Workflow] IN (@workflow, @definition))
        AND (@relay = N'' OR [Relay] = @relay)
    ORDER BY [Id];
ELSE
    SELECT TOP (@limit)
        [Id] AS [id], [Workflow] AS [workflow], [Parent] AS [parent], [Relay] AS [relay], [KeyText] AS [key], [Version] AS [version], [State] AS [state],
        [Epoch] AS [epoch], [Steps] AS [steps], [Error] AS [error], CONVERT(varchar(23), [EnteredAt], 126) AS [entered_at],
        CONVERT(varchar(23), [BegunAt], 126) AS [begun_at], CONVERT(varchar(23), [EndedAt], 126) AS [ended_at]
    FROM [relay].[Execution]
    WHERE [App] = @app AND [Parent] = @parent AND [Id] > @after AND (@workflow = N'' OR [Workflow] IN (@workflow, @definition))
        AND (@relay = N'' OR [Relay] = @relay) AND (@state = '' OR [State] = @state)
    ORDER BY [Id];
