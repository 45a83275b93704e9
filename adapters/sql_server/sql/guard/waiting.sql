-- What waits for a SQL trigger that has not started: everything that change tracking has; it has no position yet.
SET NOCOUNT ON;
DECLARE @table int = OBJECT_ID({{table_literal}});
DECLARE @oldest bigint = CHANGE_TRACKING_MIN_VALID_VERSION(@table);
SELECT
    @oldest AS [oldest],
    CHANGE_TRACKING_CURRENT_VERSION() AS [current],
    (SELECT COUNT(*) FROM (SELECT TOP (1001) change.[SYS_CHANGE_VERSION] FROM CHANGETABLE(CHANGES {{table}}, @oldest) AS change) AS waiting) AS [untaken];
