-- What a try of a notice at a channel came to, and when the next one is due. An earlier try that is told late changes nothing.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @notice nvarchar(220) = ?, @channel nvarchar(60) = ?, @tries int = ?, @state varchar(10) = ?,
    @error nvarchar(1000) = ?, @next_in_ms bigint = ?;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
UPDATE [relay].[Notice]
SET
    [State] = @state,
    [Tries] = @tries,
    [Error] = @error,
    [NextTryAt] = DATEADD(millisecond, @next_in_ms % 1000, DATEADD(second, @next_in_ms / 1000, @now)),
    [EndedAt] = CASE WHEN @state <> 'waiting' THEN @now END
WHERE [App] = @app AND [Notice] = @notice AND [Channel] = @channel AND [State] = 'waiting' AND [Tries] < @tries;
