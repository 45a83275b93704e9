-- The windows of a stream as they are by now, a page at a time, oldest first; of one group, or of all.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @group char(64) = ?, @after bigint = ?, @limit int = ?;
SELECT TOP (@limit)
    known.[Id] AS [number],
    known.[Group] AS [group],
    known.[Window] AS [window],
    known.[Measures] AS [measures],
    known.[Events] AS [events],
    known.[Closed] AS [closed],
    COALESCE(result.[Revision], 0) AS [revision]
FROM [relay].[StreamWindow] AS known
LEFT JOIN [relay].[AggregateResult] AS result ON result.[Id] = -2 * known.[Id]
WHERE known.[App] = @app AND known.[Stream] = @stream AND known.[Id] > @after AND (@group = '' OR known.[GroupHash] = @group)
ORDER BY known.[Id];
