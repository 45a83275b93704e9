-- Removes dead letters for good, with the exhausted leases of their keys; says how many.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @status int = ?, @since datetime2(3) = ?, @before datetime2(3) = ?,
    @after bigint = ?, @upto bigint = ?;
DECLARE @settled TABLE ([Id] bigint NOT NULL PRIMARY KEY, [KeyText] nvarchar(700) NOT NULL, [Version] bigint NOT NULL);
INSERT INTO @settled
SELECT entry.[Id], entry.[KeyText], entry.[Version]
FROM [relay].[Ledger] AS entry
WHERE {{chosen_dead_letters}};
{{free_leases}}
-- One that has failed anew in the meantime is no dead letter any more.
DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN @settled AS settled ON settled.[Id] = entry.[Id] AND settled.[Version] = entry.[Version]
WHERE entry.[State] = 'dead';
SELECT @@ROWCOUNT AS [discarded];
