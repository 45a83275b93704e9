-- The object id of a table (not of a view).
DECLARE @name nvarchar(517) = ?;
SELECT OBJECT_ID(@name, N'U');
