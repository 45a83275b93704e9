"""The core of what is no relay: values and decisions of other durable workflows, as pure as relay."""

# Workflows of your own, which relays and people may start: the name here, orchestrators/NAME.py and activities/NAME.py.
WORKFLOWS: tuple[str, ...] = ()
