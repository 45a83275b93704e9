-- One page of dead letters along their ids. An entry keeps its id when it dies again.
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @status int = ?, @since datetime2(3) = ?, @before datetime2(3) = ?,
    @after bigint = ?, @upto bigint = ?, @limit int = ?;
SELECT TOP (@limit)
    entry.[Id] AS [id],
    entry.[KeyText] AS [key],
    entry.[Version] AS [version],
    entry.[LastStatus] AS [status],
    COALESCE(entry.[LastError], N'') AS [error],
    entry.[Attempts] AS [attempts],
    CONCAT(CONVERT(varchar(40), entry.[FirstFailedAt], 126), 'Z') AS [first_failed_at],
    CONCAT(CONVERT(varchar(40), entry.[LastTriedAt], 126), 'Z') AS [last_failed_at],
    COALESCE(entry.[Problem], N'') AS [problem]
FROM [relay].[Ledger] AS entry
WHERE {{chosen_dead_letters}}
ORDER BY entry.[Id];
