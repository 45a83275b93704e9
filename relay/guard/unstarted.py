"""A SQL trigger that has not started: what keeps it from that, as far as SQL Server shows it, and what to do."""

from collections.abc import Sequence

from relay.config.values import Relay
from relay.names import function_name, leases_table

LEAST_COMPATIBILITY = 130  # OPENJSON, which the trigger's statements need


def why_unstarted(
    relay: Relay, app: str, *, position: int | None, has_leases: bool, has_schema: bool, compatibility_level: int
) -> Sequence[str]:
    """Return why the trigger has not started, a sentence for each cause; none if it has.

    `position` is the trigger's own, None: it has never had one. `has_schema` tells whether az_func is there or can be made.
    """
    if position is not None and has_leases:
        return ()
    found = []
    if compatibility_level < LEAST_COMPATIBILITY:
        found.append(
            f"The database's compatibility level is {compatibility_level}, and the SQL trigger needs {LEAST_COMPATIBILITY}: "
            "ALTER DATABASE CURRENT SET COMPATIBILITY_LEVEL = 150, then restart the app."
        )
    if not has_schema:
        found.append(
            "There is no schema az_func, and the login may not make it: GRANT CREATE SCHEMA, or CREATE SCHEMA az_func and grant the login "
            "what docs/operating.md lists; then restart the app."
        )
    if position is not None:
        found.append(
            f"The trigger had started, and its table az_func.{leases_table(app, relay.name)} is gone. Restart the app, which makes it anew."
        )
    return found or [
        f"The SQL trigger of {relay.table} has never started. See that the app runs and the function {function_name(relay.name)} is not "
        "disabled, that its login may create tables in the schema az_func and VIEW CHANGE TRACKING, and what the app's log says of its "
        "listener; then restart the app. On Flex Consumption with a managed identity the platform may never wake it "
        "(azure-functions-sql-extension issue 1235): give the function an always-ready instance, or its connection string a login of its own."
    ]
