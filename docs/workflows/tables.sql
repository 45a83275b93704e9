-- The tables of the statements in docs/workflows/statements.
CREATE TABLE dbo.Product (
    Sku nvarchar(40) NOT NULL PRIMARY KEY,
    Name nvarchar(100) NOT NULL,
    Price decimal(12, 2) NOT NULL,
    ChangedAt datetime2(0) NOT NULL
);
CREATE TABLE dbo.Address (
    Person nvarchar(100) NOT NULL PRIMARY KEY,
    Street nvarchar(100) NOT NULL,
    City nvarchar(100) NOT NULL,
    Postcode nvarchar(20) NOT NULL
);
