"""The core of what is no relay: values and decisions of other durable workflows, as pure as relay."""
