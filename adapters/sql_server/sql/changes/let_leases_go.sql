-- Lets go the exhausted lease rows of keys that are settled: they would ignore the rows' newer changes. Says how many.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @keys nvarchar(max) = ?;
DECLARE @settled TABLE ([KeyText] nvarchar(700) NOT NULL PRIMARY KEY NONCLUSTERED, [Version] bigint NOT NULL);
INSERT INTO @settled
SELECT [k], [v] FROM OPENJSON(@keys) WITH ([k] nvarchar(700) '$.k', [v] bigint '$.v');
{{free_leases}}
