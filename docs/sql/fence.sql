-- The fence before what a lock protects in this database: put it into your own transaction, before your own statements, with the token
-- that the lock was granted under. It refuses a token lower than the highest that the resource has seen, error 50409, and nothing of the
-- transaction happens; else the token is the highest now. Nobody can raise it between this check and your commit: the row is held.
-- The resource is any name, 200 characters at most; under the name of the lock it also knows of tokens that were burnt. Whoever runs
-- this needs: GRANT SELECT, INSERT, UPDATE ON [relay].[Fence] TO [your login]. For locks with one permit: of several holders it
-- would refuse all but the newest.
DECLARE @resource nvarchar(200) = N'ledger', @token bigint = 4712;

SET XACT_ABORT ON;
BEGIN TRANSACTION;
DECLARE @seen bigint;
SELECT @seen = [Token] FROM [relay].[Fence] WITH (UPDLOCK, HOLDLOCK) WHERE [Resource] = @resource;
IF @seen > @token
    THROW 50409, N'the token is lower than one that was seen: the lock was lost to somebody else; acquire it anew', 1;
IF @seen IS NULL
    INSERT INTO [relay].[Fence] ([Resource], [Token], [RaisedAt]) VALUES (@resource, @token, SYSUTCDATETIME());
ELSE IF @seen < @token
    UPDATE [relay].[Fence] SET [Token] = @token, [RaisedAt] = SYSUTCDATETIME() WHERE [Resource] = @resource;

-- Here come your own statements.

COMMIT TRANSACTION;
