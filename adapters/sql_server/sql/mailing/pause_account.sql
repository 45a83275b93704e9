-- A pause that a provider asked for, of no mailing's mail.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @account nvarchar(40) = ?, @reason nvarchar(1000) = ?, @pause_ms bigint = ?, @steps int = ?;
DECLARE @until datetime2(3);
{{pause_account}}
