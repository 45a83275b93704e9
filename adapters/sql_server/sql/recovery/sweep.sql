-- Lease rows at their second attempt or later without an entry: a try died before it could settle, and no later batch has entered it.
-- So did the first one if its lease ran out ten minutes ago, and nobody has taken it since.
-- Looks at a stretch of the leases after a key, in the key's order; returns the last key of the stretch, none at the end. And the keys
-- whose used-up lease rows stand before a dead letter: whoever settled it did not get the trigger's lock, or died before.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @after nvarchar(max) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @stretch TABLE ([n] int IDENTITY (1, 1) PRIMARY KEY, {{key_declarations}}, [Version] bigint NOT NULL, [Attempts] int NOT NULL, [Until] datetime2 NULL);
IF @after = N''
    INSERT INTO @stretch
    SELECT TOP ({{most_swept}}) {{exact_lease_keys}}, lease.[_az_func_ChangeVersion], lease.[_az_func_AttemptCount], lease.[_az_func_LeaseExpirationTime]
    FROM {{leases}} AS lease
    ORDER BY {{lease_names}};
ELSE
    INSERT INTO @stretch
    SELECT TOP ({{most_swept}}) {{exact_lease_keys}}, lease.[_az_func_ChangeVersion], lease.[_az_func_AttemptCount], lease.[_az_func_LeaseExpirationTime]
    FROM OPENJSON(@after) WITH ({{key_schema}}) AS k
    INNER LOOP JOIN {{leases}} AS lease ON {{after_lease_key}}
    ORDER BY {{lease_names}};
MERGE [relay].[Ledger] WITH (HOLDLOCK) AS entry
USING (
    SELECT {{stretch_key_text}} AS [KeyText], lease.[Version], CASE WHEN lease.[Attempts] = 1 THEN 1 ELSE lease.[Attempts] - 1 END AS [Attempts]
    FROM @stretch AS lease
    WHERE lease.[Attempts] >= 2 OR (lease.[Attempts] = 1 AND lease.[Until] < DATEADD(minute, -10, SYSDATETIME()))
) AS died
ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = died.[KeyText]
{{as_died}}
SELECT {{stretch_keys}}
FROM @stretch AS lease
WHERE lease.[n] = {{most_swept}};
SELECT entry.[KeyText] AS [k], entry.[Version] AS [v]
FROM @stretch AS lease
INNER JOIN [relay].[Ledger] AS entry ON entry.[App] = @app AND entry.[Relay] = @relay AND entry.[KeyText] = {{stretch_key_text}}
WHERE lease.[Attempts] >= {{trigger_attempts}} AND entry.[State] = 'dead' AND entry.[Version] >= lease.[Version]
    AND (lease.[Until] IS NULL OR lease.[Until] < SYSDATETIME());
