-- Asks how the owner of a ticket stands, and takes what is offered to him; that he asks shows that he lives. His wait goes on as he had
-- said, and a lease that he has already goes on as it is. Answers also which orchestrations are to be told of an offer.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @ticket bigint = ?;
DECLARE @token bigint, @owner nvarchar(400), @purpose nvarchar(100), @instance nvarchar(300) = N'', @execution varchar(40) = '',
    @lease_seconds int, @is_offered bit = 0, @refused varchar(10) = 'gone';
{{hold_lock}}
{{end_leases}}
UPDATE [relay].[LockWaiter]
SET [Asleep] = 0
WHERE [Name] = @name AND [Ticket] = @ticket AND [Instance] = N'';
{{offer_lock}}
SELECT @owner = [Owner], @purpose = [Purpose]
FROM [relay].[LockHolder]
WHERE [Name] = @name AND [Ticket] = @ticket;
SELECT
    @owner = [Owner],
    @purpose = [Purpose],
    @lease_seconds = [LeaseSeconds],
    @is_offered = CASE WHEN [OfferedUntil] IS NOT NULL AND [Instance] = N'' THEN 1 ELSE 0 END
FROM [relay].[LockWaiter]
WHERE [Name] = @name AND [Ticket] = @ticket;
IF @is_offered = 1
BEGIN
    {{grant_lock}}
END;
{{lock_answer}}
{{lock_hints}}
