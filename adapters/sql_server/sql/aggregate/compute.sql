-- Computes those groups that have been dirty the longest, from the rows as they are: one statement for all of them. What was marked by
-- then is read before the rows are; what is marked later makes the group dirty again.
SET NOCOUNT ON;
DECLARE @app nvarchar(60) = ?, @aggregate nvarchar(40) = ?, @settle_ms bigint = ?, @skip int = ?, @limit int = ?{{operands}};
DECLARE @table int = OBJECT_ID({{table_literal}}), @now datetime2(3) = SYSUTCDATETIME();
{{refuse_if_changed}}
DECLARE @dirty TABLE (
    [Id] bigint NOT NULL PRIMARY KEY, [Marks] bigint NOT NULL, [Computed] bigint NOT NULL, [Version] bigint NOT NULL, {{group_declarations}}
);
INSERT INTO @dirty
SELECT known.[Id], known.[Marks], known.[Computed], known.[Version], {{group_values}}
FROM [relay].[AggregateGroup] AS known
WHERE known.[App] = @app AND known.[Aggregate] = @aggregate AND known.[DirtyAt] IS NOT NULL AND known.[SameAs] = known.[Id]
    AND DATEDIFF_BIG(millisecond, known.[DirtyAt], @now) >= @settle_ms
ORDER BY known.[DirtyAt], known.[Id]
OFFSET @skip ROWS FETCH NEXT @limit ROWS ONLY;
SET LOCK_TIMEOUT 5000;
SELECT dirty.[Id], {{measures}}
FROM @dirty AS dirty
INNER JOIN {{table}} AS source ON {{row_of_group}}
WHERE {{meets_condition}}
{{remembered_row}}
GROUP BY dirty.[Id];
SET LOCK_TIMEOUT -1;
SELECT dirty.[Id], dirty.[Marks], dirty.[Computed], dirty.[Version], {{exact_groups}}
FROM @dirty AS dirty
ORDER BY dirty.[Id];
