-- Part of what writes an aggregate's groups: whoever does comes one after the other, and reads the rows only after that.
IF NOT EXISTS (SELECT 1 FROM [relay].[Aggregate] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Aggregate] = @aggregate)
    INSERT INTO [relay].[Aggregate] ([App], [Aggregate], [GroupBy], [Fingerprint], [Backfill], [Slices], [DueAt], [Problem])
    VALUES (@app, @aggregate, @group_by, N'', 0, 0, @now, N'');
-- A group's values are kept as those of these columns.
IF EXISTS (SELECT 1 FROM [relay].[Aggregate] WHERE [App] = @app AND [Aggregate] = @aggregate AND [GroupBy] <> @group_by)
    THROW 51003, N'the aggregate has had another table or other columns in group_by; give it another name', 1;
