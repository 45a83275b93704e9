-- How a mail stands: a try that has died with its mailing, which was cancelled, is in doubt, for nobody comes to find it so.
CASE WHEN [State] = 'sending' AND [At] <= @now AND @is_cancelled = 1 THEN 'in_doubt' ELSE [State] END
