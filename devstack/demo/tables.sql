-- The two tables of the demo; safe to repeat.
IF OBJECT_ID(N'dbo.Orders', N'U') IS NULL
    CREATE TABLE dbo.Orders (
        OrderId int NOT NULL PRIMARY KEY,
        Status nvarchar(20) NOT NULL,
        Total decimal(12, 2) NOT NULL,
        ShipTo nvarchar(100) NULL,
        CardNumber varchar(19) NULL,
        InternalNote nvarchar(200) NULL
    );
IF OBJECT_ID(N'dbo.Customers', N'U') IS NULL
    CREATE TABLE dbo.Customers (
        Country char(2) NOT NULL,
        Number int NOT NULL,
        Name nvarchar(100) NOT NULL,
        Since datetimeoffset(3) NULL,
        CreditLimit decimal(18, 4) NULL,
        PRIMARY KEY (Country, Number)
    );
