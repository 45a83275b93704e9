-- What is not settled in one relay, as far as it is entered, in whose hands it is, and how far its recovery has come; writes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @window_seconds int = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();

{{entries}}
{{dead_letters_told}}
{{situation}}
