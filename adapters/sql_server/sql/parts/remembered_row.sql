-- Part of what computes groups: a row counts only in the group in which its change was taken up. So whoever counts it is dirty when it moves.
AND EXISTS (
    SELECT 1 FROM [relay].[AggregateRow] AS kept
    WHERE kept.[App] = @app AND kept.[Aggregate] = @aggregate AND kept.[KeyText] = {{row_key_text}} AND kept.[GroupId] = dirty.[Id]
)
