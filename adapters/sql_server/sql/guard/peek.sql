-- Where a relay stands between what change tracking has and what it will forget; writes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @relay nvarchar(40) = ?, @function_id char(16) = ?, @halted bit = ?;
{{place_in_tracking}}
{{what_waits}}
{{since_when}}
{{outlook}}
