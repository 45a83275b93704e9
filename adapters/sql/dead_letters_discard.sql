-- Removes dead letters for good; says how many. Without its entry an exhausted lease row would bring the change back, and it
-- ignores the row's newer changes: it is reset in the same transaction, under the trigger's own lock, which comes first.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @status int = ?, @since datetime2(3) = ?, @before datetime2(3) = ?,
    @after bigint = ?, @upto bigint = ?;
DECLARE @chosen TABLE ([Id] bigint NOT NULL PRIMARY KEY, [KeyText] nvarchar(700) NOT NULL, [Version] bigint NOT NULL);
INSERT INTO @chosen
SELECT entry.[Id], entry.[KeyText], entry.[Version]
FROM [relay].[Ledger] AS entry
WHERE {{chosen_dead_letters}};
IF EXISTS (
    SELECT 1
    FROM {{leases}} AS lease
    INNER JOIN @chosen AS chosen ON chosen.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5
)
BEGIN
    {{take_trigger_lock}}
    UPDATE lease
    SET
        [_az_func_AttemptCount] = 0,
        [_az_func_LeaseExpirationTime] =
            CASE WHEN lease.[_az_func_ChangeVersion] <= chosen.[Version] THEN NULL ELSE lease.[_az_func_LeaseExpirationTime] END
    FROM {{leases}} AS lease
    INNER JOIN @chosen AS chosen ON chosen.[KeyText] = {{lease_key_text}}
    WHERE lease.[_az_func_AttemptCount] >= 5;
END;
-- One that has failed anew in the meantime is no dead letter any more.
DELETE entry
FROM [relay].[Ledger] AS entry
INNER JOIN @chosen AS chosen ON chosen.[Id] = entry.[Id] AND chosen.[Version] = entry.[Version]
WHERE entry.[State] = 'dead';
SELECT @@ROWCOUNT AS [discarded];
