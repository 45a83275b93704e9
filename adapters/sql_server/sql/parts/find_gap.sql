-- Part of the guard's look: whether changes were forgotten that had not been taken up, and whether nothing at all is left.
SELECT @gap = 1
FROM [relay].[Position]
WHERE [App] = @app AND [Relay] = @relay AND ([CaughtUpTo] < @oldest OR [TableId] <> @table OR [BeginVersion] <> @begun);
DECLARE @caught_up bit = CASE WHEN @halted = 0 AND @gap = 0 AND @ahead = 0 AND @untaken = 0 AND @unreleased = 0 THEN 1 ELSE 0 END;
