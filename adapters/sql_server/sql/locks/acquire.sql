-- Takes a lock for an owner, or a place in the line for it. Asked again by the same owner for the same purpose, it finds what he has,
-- and his lease and his wait begin anew. Answers how he stands, and which orchestrations are to be told of an offer.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @name nvarchar(100) = ?, @owner nvarchar(400) = ?, @purpose nvarchar(100) = ?, @instance nvarchar(300) = ?,
    @execution varchar(40) = ?, @permits int = ?, @lease_seconds int = ?, @wait_seconds int = ?, @offer_seconds int = ?,
    @most_waiting int = ?;
DECLARE @ticket bigint, @token bigint, @is_offered bit = 0, @outrun bit = 0, @refused varchar(10) = 'busy';
INSERT INTO [relay].[Lock] ([Name], [Permits], [Token], [Ticket])
SELECT @name, @permits, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM [relay].[Lock] WITH (UPDLOCK, HOLDLOCK) WHERE [Name] = @name);
{{hold_lock}}
{{end_leases}}
{{take_over_lock}}
IF @permits <> @permits_now
    AND NOT EXISTS (SELECT 1 FROM [relay].[LockHolder] WHERE [Name] = @name)
    AND NOT EXISTS (SELECT 1 FROM [relay].[LockWaiter] WHERE [Name] = @name)
BEGIN
    UPDATE [relay].[Lock] SET [Permits] = @permits WHERE [Name] = @name;
    SET @permits_now = @permits;
END;
UPDATE [relay].[LockHolder]
SET [LeaseSeconds] = @lease_seconds, [ExpiresAt] = DATEADD(second, @lease_seconds, @now)
WHERE [Name] = @name AND [Owner] = @owner AND [Purpose] = @purpose;
UPDATE [relay].[LockWaiter]
SET [LeaseSeconds] = @lease_seconds, [WaitsUntil] = DATEADD(second, @wait_seconds, @now), [Asleep] = 0
WHERE [Name] = @name AND [Owner] = @owner AND [Purpose] = @purpose;
{{offer_lock}}
IF @outrun = 1
    SET @refused = 'outrun';
ELSE IF @permits <> @permits_now
    SET @refused = 'permits';
ELSE IF NOT EXISTS (SELECT 1 FROM [relay].[LockHolder] WHERE [Name] = @name AND [Owner] = @owner AND [Purpose] = @purpose)
BEGIN
    SELECT @ticket = [Ticket], @is_offered = CASE WHEN [OfferedUntil] IS NOT NULL THEN 1 ELSE 0 END
    FROM [relay].[LockWaiter]
    WHERE [Name] = @name AND [Owner] = @owner AND [Purpose] = @purpose;
    IF @is_offered = 1 OR (@ticket IS NULL AND @free > 0)
    BEGIN
        {{grant_lock}}
    END;
    ELSE IF @ticket IS NOT NULL AND @wait_seconds = 0
        DELETE FROM [relay].[LockWaiter] WHERE [Name] = @name AND [Ticket] = @ticket;
    ELSE IF @ticket IS NULL AND @wait_seconds > 0
    BEGIN
        IF (SELECT COUNT(*) FROM [relay].[LockWaiter] WHERE [Name] = @name) >= @most_waiting
            SET @refused = 'full';
        ELSE
        BEGIN
            UPDATE [relay].[Lock] SET @ticket = [Ticket] = [Ticket] + 1 WHERE [Name] = @name;
            INSERT INTO [relay].[LockWaiter] (
                [Name], [Ticket], [Owner], [Purpose], [App], [Instance], [Execution], [LeaseSeconds], [OfferSeconds], [Since], [WaitsUntil],
                [Offers], [Asleep]
            )
            VALUES (
                @name, @ticket, @owner, @purpose, @app, @instance, @execution, @lease_seconds, @offer_seconds, @now,
                DATEADD(second, @wait_seconds, @now), 0, 0
            );
        END;
    END;
END;
{{lock_answer}}
{{lock_hints}}
