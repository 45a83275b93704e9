-- The two tables of the demo, with a few rows; safe to repeat.
IF OBJECT_ID(N'dbo.Orders', N'U') IS NULL
BEGIN
    CREATE TABLE dbo.Orders (
        OrderId int NOT NULL PRIMARY KEY,
        Status nvarchar(20) NOT NULL,
        Total decimal(12, 2) NOT NULL,
        ShipTo nvarchar(100) NULL,
        CardNumber varchar(19) NULL,
        InternalNote nvarchar(200) NULL
    );
    INSERT INTO dbo.Orders (OrderId, Status, Total, ShipTo, CardNumber)
    VALUES (1, N'new', 99.90, N'Kungsgatan 1, Stockholm', '4111111111111111'),
           (2, N'new', 1250.00, N'Karl Johans gate 7, Oslo', '5500005555555559'),
           (3, N'paid', 12.50, NULL, NULL);
END;
IF OBJECT_ID(N'dbo.Customers', N'U') IS NULL
BEGIN
    CREATE TABLE dbo.Customers (
        Country char(2) NOT NULL,
        Number int NOT NULL,
        Name nvarchar(100) NOT NULL,
        Since datetimeoffset(3) NULL,
        CreditLimit decimal(18, 4) NULL,
        PRIMARY KEY (Country, Number)
    );
    INSERT INTO dbo.Customers (Country, Number, Name, Since, CreditLimit)
    VALUES ('SE', 1, N'Åkesson & Söner', '2019-05-01T08:00:00+02:00', 10000),
           ('NO', 1, N'Fjord "Fisk" AS', '2021-01-15T09:30:00+01:00', 2500.5),
           ('DE', 1, N'Müller GmbH', NULL, NULL);
END;
