-- One page of dead letters along their ids. An entry keeps its id when it dies again.
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @status int = ?, @since datetime2(3) = ?, @before datetime2(3) = ?,
    @after bigint = ?, @upto bigint = ?, @limit int = ?;
SELECT TOP (@limit)
    entry.[Id],
    entry.[KeyText],
    entry.[Version],
    entry.[LastStatus],
    entry.[LastError],
    entry.[Attempts],
    CONVERT(varchar(40), entry.[FirstFailedAt], 126) AS [first_failed_at],
    CONVERT(varchar(40), entry.[LastTriedAt], 126) AS [last_failed_at],
    entry.[Problem]
FROM [relay].[Ledger] AS entry
WHERE {{chosen_dead_letters}}
ORDER BY entry.[Id];
