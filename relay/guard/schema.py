"""Whether a release works on tables of some version."""


def schema_problem(found: int, known: int) -> str | None:
    """Return what is wrong with tables of version `found` for a release that knows `known`, and what to do; None: nothing."""
    if found == known:
        return None
    if found > known:
        return (
            f"[relay].[Schema]: the relay's tables have version {found}, and this release knows them up to {known}: a newer release "
            "has worked on them. Install that one again; docs/upgrading.md says how to go back"
        )
    which = (
        f"the relay's tables have version {found}"
        if found
        else "the relay's tables are missing, or the login may not see them"
    )
    return (
        f"[relay].[Schema]: {which}, and this release needs {known}. Run ./dev sql enable, or docs/sql/tables.sql in a query window; "
        "both may be repeated, and the app may run meanwhile"
    )
