-- A few rows to play with, for empty tables; inserted after change tracking was turned on, so that they are relayed.
IF NOT EXISTS (SELECT 1 FROM dbo.Orders)
    INSERT INTO dbo.Orders (OrderId, Status, Total, ShipTo, CardNumber)
    VALUES (1, N'new', 99.90, N'Kungsgatan 1, Stockholm', '4111111111111111'),
           (2, N'new', 1250.00, N'Karl Johans gate 7, Oslo', '5500005555555559'),
           (3, N'paid', 12.50, NULL, NULL);
IF NOT EXISTS (SELECT 1 FROM dbo.Customers)
    INSERT INTO dbo.Customers (Country, Number, Name, Since, CreditLimit)
    VALUES ('SE', 1, N'Åkesson & Söner', '2019-05-01T08:00:00+02:00', 10000),
           ('NO', 1, N'Fjord "Fisk" AS', '2021-01-15T09:30:00+01:00', 2500.5),
           ('DE', 1, N'Müller GmbH', NULL, NULL);
