"""A function of the user's own that encloses every request, for tests that crash, delay or count at a certain one."""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import cast

# Told the process id that the client gave at its login; what it returns is entered before anything of the request is
# done, and left after all of it is done and before the client hears of it.
RequestHook = Callable[[int], AbstractContextManager[None]]


def no_hook(client_process_id: int) -> AbstractContextManager[None]:
    """Let the request pass."""
    del client_process_id
    return nullcontext()


def load_request_hook(name: str) -> RequestHook:
    """Return the function of the form module:function; no name is no hook. Raises ValueError if there is none such."""
    if not name:
        return no_hook
    module, _, function = name.partition(":")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{name!r} is no module:function ({error})") from error
    if not callable(found):
        raise ValueError(f"{name!r} is no function")
    return cast(RequestHook, found)
