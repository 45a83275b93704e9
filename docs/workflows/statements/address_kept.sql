-- Keeps a person's address in place of the one before.
DECLARE @person nvarchar(100) = ?;
DECLARE @street nvarchar(100) = ?;
DECLARE @city nvarchar(100) = ?;
DECLARE @postcode nvarchar(20) = ?;
UPDATE dbo.Address WITH (UPDLOCK, HOLDLOCK)
SET Street = @street, City = @city, Postcode = @postcode
WHERE Person = @person;
IF @@ROWCOUNT = 0
    INSERT INTO dbo.Address (Person, Street, City, Postcode) VALUES (@person, @street, @city, @postcode);
