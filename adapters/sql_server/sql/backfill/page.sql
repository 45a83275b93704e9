-- The keys of the next rows after a key, in the key's order; the first ones if there is none.
SET NOCOUNT ON;
DECLARE @after nvarchar(max) = ?, @limit int = ?;
IF @after = N''
    SELECT TOP (@limit) {{row_keys}}
    FROM {{table}} AS source
    ORDER BY {{key_order}};
ELSE
    SELECT TOP (@limit) {{row_keys}}
    FROM OPENJSON(@after) WITH ({{key_schema}}) AS k
    INNER LOOP JOIN {{table}} AS source ON {{after_key}}
    ORDER BY {{key_order}};
