-- How the owner stands: he holds the lock, waits in the line, or neither, and why.
SELECT
    CASE WHEN holder.[Token] IS NOT NULL THEN 'held' WHEN waiter.[Ticket] IS NOT NULL THEN 'waits' ELSE @refused END AS [state],
    holder.[Token] AS [token],
    CONCAT(CONVERT(varchar(40), holder.[ExpiresAt], 126), 'Z') AS [expires],
    waiter.[Ticket] AS [ticket],
    waiter.[Offers] AS [offers],
    (SELECT COUNT(*) FROM [relay].[LockWaiter] AS earlier WHERE earlier.[Name] = @name AND earlier.[Ticket] <= waiter.[Ticket]) AS [position],
    @permits_now AS [permits]
FROM (SELECT 1 AS [one]) AS always
LEFT JOIN [relay].[LockHolder] AS holder ON holder.[Name] = @name AND holder.[Owner] = @owner AND holder.[Purpose] = @purpose
LEFT JOIN [relay].[LockWaiter] AS waiter ON waiter.[Name] = @name AND waiter.[Owner] = @owner AND waiter.[Purpose] = @purpose;
