-- Closes windows that are open, of one group or of all: their results are due at once. Late events may come into them as into any.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @group char(64) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @shards int;
DECLARE @closed TABLE ([Shard] int NOT NULL);
BEGIN TRANSACTION;
SELECT @shards = COUNT(*) FROM [relay].[StreamShard] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Stream] = @stream;
UPDATE [relay].[StreamWindow]
SET [Closed] = 1, [DueAt] = @now
OUTPUT inserted.[Shard] INTO @closed ([Shard])
WHERE [App] = @app AND [Stream] = @stream AND [Closed] = 0 AND (@group = '' OR [GroupHash] = @group);
COMMIT TRANSACTION;
SELECT [Shard] AS [shard], COUNT(*) AS [windows] FROM @closed GROUP BY [Shard] ORDER BY [Shard];
