-- The fence of the lock's own name refuses every token given before the next one, also before anybody writes under that.
MERGE [relay].[Fence] WITH (HOLDLOCK) AS known
USING (SELECT [Name], [Token] + 1 AS [Token] FROM [relay].[Lock] WHERE [Name] = @name) AS next
ON known.[Resource] = next.[Name]
WHEN MATCHED AND known.[Token] < next.[Token] THEN UPDATE SET [Token] = next.[Token], [RaisedAt] = @now
WHEN NOT MATCHED THEN INSERT ([Resource], [Token], [RaisedAt]) VALUES (next.[Name], next.[Token], @now);
