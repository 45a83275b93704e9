-- What came of the attempt to claim a step.
SELECT
    CASE
        WHEN @subject IS NULL THEN 'over'
        WHEN @done = 1 THEN 'done'
        WHEN @busy_until IS NOT NULL THEN 'wait'
        ELSE 'go'
    END AS [verdict],
    @result AS [result],
    DATEDIFF(millisecond, @now, @busy_until) AS [wait_ms];
