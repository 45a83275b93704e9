-- The keys of the next rows after a key, in the key's order, and whether each row meets the order's condition; the first ones if
-- there is no key.
SET NOCOUNT ON;
-- Who keeps rows for long is not waited for: the page comes again.
SET LOCK_TIMEOUT 5000;
DECLARE @after nvarchar(max) = ?, @limit int = ?{{operands}};
IF @after = N''
    SELECT TOP (@limit) CASE WHEN {{meets_condition}} THEN 1 ELSE 0 END AS [meets], {{row_keys}}
    FROM {{table}} AS source
    ORDER BY {{key_order}};
ELSE
    SELECT TOP (@limit) CASE WHEN {{meets_condition}} THEN 1 ELSE 0 END AS [meets], {{row_keys}}
    FROM OPENJSON(@after) WITH ({{key_schema}}) AS k
    INNER LOOP JOIN {{table}} AS source ON {{after_key}}
    ORDER BY {{key_order}};
