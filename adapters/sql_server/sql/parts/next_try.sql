-- Part of what settles a batch: when a failure is tried again.
DATEADD(millisecond, failure.[next_ms] % 1000, DATEADD(second, failure.[next_ms] / 1000, @now))