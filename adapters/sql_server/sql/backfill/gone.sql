-- The next keys after a key that the trigger still knows and that have no row any more: deletions that may have been forgotten.
SET NOCOUNT ON;
-- Who keeps rows for long is not waited for: the page comes again.
SET LOCK_TIMEOUT 5000;
DECLARE @after nvarchar(max) = ?, @limit int = ?;
IF @after = N''
    SELECT TOP (@limit) {{lease_keys}}
    FROM {{leases}} AS lease
    WHERE NOT EXISTS (SELECT 1 FROM {{table}} AS source WHERE {{lease_of_row}})
    ORDER BY {{lease_order}};
ELSE
    SELECT TOP (@limit) {{lease_keys}}
    FROM OPENJSON(@after) WITH ({{key_schema}}) AS k
    INNER JOIN {{leases}} AS lease ON {{after_lease}}
    WHERE NOT EXISTS (SELECT 1 FROM {{table}} AS source WHERE {{lease_of_row}})
    ORDER BY {{lease_order}};
