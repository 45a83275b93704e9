-- How many dead letters a filter matches, and the last id of them: a replay goes no further, whatever dies meanwhile.
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @status int = ?, @since datetime2(3) = ?, @before datetime2(3) = ?,
    @after bigint = ?, @upto bigint = ?;
SELECT COUNT(*) AS [count], COALESCE(MAX(entry.[Id]), 0) AS [last_id]
FROM [relay].[Ledger] AS entry
WHERE {{chosen_dead_letters}};
