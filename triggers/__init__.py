"""What starts things: one SQL trigger function per relay, the watchdog's timer, HTTP routes."""

MODULES = (
    "http.relays",
    "http.recovery",
    "http.dead_letters",
    "http.replay",
    "http.backfill",
    "http.locks",
    "http.orchestrators",
    "http.executions",
    "http.definitions",
    "http.workflow_executions",
    "http.approvals",
    "http.mailings",
    "http.mails",
    "http.suppressions",
    "http.aggregates",
    "http.streams",
)
