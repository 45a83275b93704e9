-- Writes a definition down as the next version of its name. The content of the newest version again is that version, which a wish for
-- approval still approves; one that was retired is not taken up, its content gets a version of its own. Callers of one name come one
-- after the other.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(80) = ?, @hash char(64) = ?, @definition nvarchar(max) = ?, @status varchar(10) = ?,
    @by nvarchar(200) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME(), @newest int, @version int, @created bit = 0;
SELECT @newest = MAX([Version]) FROM [relay].[Workflow] WITH (UPDLOCK, HOLDLOCK) WHERE [App] = @app AND [Name] = @name;
SELECT @version = [Version]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND [Version] = @newest AND [Hash] = @hash AND [Status] <> 'retired';
IF @version IS NULL
BEGIN
    SELECT @version = COALESCE(@newest, 0) + 1, @created = 1;
    INSERT INTO [relay].[Workflow] (
        [App], [Name], [Version], [Hash], [Definition], [Status], [EnteredAt], [EnteredBy], [DecidedAt], [DecidedBy]
    )
    VALUES (
        @app, @name, @version, @hash, @definition, @status, @now, @by,
        CASE WHEN @status = 'approved' THEN @now END, CASE WHEN @status = 'approved' THEN @by END
    );
END
ELSE IF @status = 'approved'
    UPDATE [relay].[Workflow]
    SET [Status] = 'approved', [DecidedAt] = @now, [DecidedBy] = @by
    WHERE [App] = @app AND [Name] = @name AND [Version] = @version AND [Status] = 'draft';
SELECT [Version] AS [version], [Status] AS [status], @created AS [created]
FROM [relay].[Workflow]
WHERE [App] = @app AND [Name] = @name AND [Version] = @version;
