-- The products that changed on a day.
DECLARE @day date = ?;
SELECT Sku AS sku, Name AS name, Price AS price
FROM dbo.Product
WHERE ChangedAt >= @day AND ChangedAt < DATEADD(day, 1, @day)
ORDER BY Sku;
