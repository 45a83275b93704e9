-- What people are told of streams, by their names: windows, and what of their results has not come through; counted up to ten thousand.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @streams nvarchar(max) = ?;
SELECT
    asked.[value] AS [name],
    (SELECT COUNT(*) FROM (
        SELECT TOP ({{most_counted}}) w.[Id] FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = asked.[value] AND w.[Closed] = 0
    ) AS counted) AS [open],
    (SELECT COUNT(*) FROM (
        SELECT TOP ({{most_counted}}) w.[Id] FROM [relay].[StreamWindow] AS w
        WHERE w.[App] = @app AND w.[Stream] = asked.[value] AND w.[Closed] = 1
    ) AS counted) AS [closed],
    (SELECT COUNT(*) FROM [relay].[Ledger] AS l WHERE l.[App] = @app AND l.[Relay] = asked.[value] AND l.[State] IN ('open', 'held')) AS [failing],
    (SELECT COUNT(*) FROM [relay].[Ledger] AS l WHERE l.[App] = @app AND l.[Relay] = asked.[value] AND l.[State] = 'dead') AS [dead_letters]
FROM OPENJSON(@streams) AS asked
ORDER BY asked.[value];
