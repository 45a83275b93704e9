"""The resources that tasks of a definition may name, unless workflows.toml says otherwise."""

_ANSWERED_LATER = ("relay:http", "relay:deliver", "relay:mail", "relay:approve")
_AT_ONCE = ("relay:sql", "relay:aggregate", "relay:model", "relay:chat", "relay:execute", "relay:activity/*")
_LOCKS = ("relay:lock.acquire", "relay:lock.renew", "relay:lock.release")
_OTHER_NAMES = (
    "arn:aws:states:::http:invoke",
    "arn:aws:states:::states:startExecution.sync:2",
)  # as definitions from AWS have them

RESOURCES = frozenset(
    (*_ANSWERED_LATER, *(f"{name}.waitForTaskToken" for name in _ANSWERED_LATER), *_AT_ONCE, *_LOCKS, *_OTHER_NAMES)
)
