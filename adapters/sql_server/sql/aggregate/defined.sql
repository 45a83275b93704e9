-- Remembers for which definition of an aggregate all rows are looked through.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @group_by nvarchar(max) = ?, @fingerprint varchar(64) = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
BEGIN TRANSACTION;
{{lock_aggregate}}
UPDATE [relay].[Aggregate] SET [Fingerprint] = @fingerprint WHERE [App] = @app AND [Aggregate] = @aggregate;
COMMIT TRANSACTION;
