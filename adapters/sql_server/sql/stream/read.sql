-- The windows that some events may change: of their groups, those that have a moment in common with theirs.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @stream nvarchar(40) = ?, @asked nvarchar(max) = ?;
DECLARE @spans TABLE ([GroupHash] char(64) NOT NULL, [StartAt] datetime2(3) NOT NULL, [EndAt] datetime2(3) NOT NULL);
INSERT INTO @spans
SELECT [hash], [start], [end]
FROM OPENJSON(@asked) WITH ([hash] char(64) '$.hash', [start] datetime2(3) '$.start', [end] datetime2(3) '$.end');
SELECT
    known.[GroupText] AS [group],
    DATEDIFF_BIG(millisecond, CONVERT(datetime2(3), '1970-01-01'), known.[OriginAt]) AS [origin_ms],
    DATEDIFF_BIG(millisecond, CONVERT(datetime2(3), '1970-01-01'), known.[StartAt]) AS [start_ms],
    DATEDIFF_BIG(millisecond, CONVERT(datetime2(3), '1970-01-01'), known.[EndAt]) AS [end_ms],
    known.[Events] AS [events],
    known.[States] AS [states]
FROM [relay].[StreamWindow] AS known
WHERE known.[App] = @app AND known.[Stream] = @stream AND EXISTS (
    SELECT 1 FROM @spans AS asked
    WHERE asked.[GroupHash] = known.[GroupHash] AND asked.[StartAt] < known.[EndAt] AND known.[StartAt] < asked.[EndAt]
)
ORDER BY known.[Id];
