"""Imports function_app.py and indexes its functions, as the Python worker does.

docs: "Azure Functions Python developer guide", programming model v2.
"""

import importlib
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import azure.functions

from functions_standin.errors import LoadError
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.worker.parameter_checks import wants_context

_SCRIPT_NAME = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9_\-]*\.py")
_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
_BINDING_NAME = re.compile(r"(?!.*__)[a-zA-Z_][a-zA-Z0-9_]{0,127}|\$return")


@dataclass(frozen=True, slots=True)
class AppFunction:
    """A function of the app with the code that it stands for."""

    description: LoadedFunction
    body: Callable[..., Any]
    is_async: bool
    wants_context: bool


def prepare_process(root: Path) -> None:
    """Make this process look to the app as a worker started by Core Tools does: current folder and sys.path.

    The app's folder comes last on sys.path, after the installed packages; the folder that `python -m` put first (the
    one the stand-in itself may come from) goes behind it.
    """
    if not sys.flags.safe_path:
        sys.path.append(str(Path(sys.path.pop(0) or ".").resolve()))
    if str(root) not in sys.path[:-1]:
        sys.path.insert(len(sys.path) - 1, str(root))
    os.chdir(root)
    importlib.invalidate_caches()


def import_app(root: Path, environment: Mapping[str, str] = os.environ) -> Any:
    """Import the app's script and return the one FunctionApp in it; raise LoadError if it cannot be had."""
    script = environment.get("PYTHON_SCRIPT_FILE_NAME") or "function_app.py"
    if not _SCRIPT_NAME.fullmatch(script):
        raise LoadError(f"PYTHON_SCRIPT_FILE_NAME={script!r} must be the name of a .py file in the app's folder")
    if not (root / script).is_file():
        raise LoadError(
            f"{root / script} does not exist; a Python app of programming model v2 has its functions there "
            "(function.json files are not supported by this stand-in)"
        )
    module = script.removesuffix(".py")
    try:
        imported = importlib.import_module(module)
    except ImportError as error:
        raise LoadError(
            f"{type(error).__name__}: {error}. Is every package in requirements.txt, and installed? "
            f"sys.path: {os.pathsep.join(sys.path)}"
        ) from error
    except Exception as error:
        raise LoadError(f"{script} raised {type(error).__name__}: {error}") from error
    if Path(str(imported.__file__)).resolve() != (root / script).resolve():
        raise LoadError(f"{script} was imported from {imported.__file__}, which hides the one in {root}")
    return _app_of(imported, script)


def index(app: Any) -> list[AppFunction]:
    """Return the app's functions; raise LoadError if any of them is not as the worker wants it.

    It asks the app for its functions, which works once per app object.
    """
    try:
        found: Iterable[Any] = app.get_functions()
    except Exception as error:
        raise LoadError(f"indexing the functions failed: {type(error).__name__}: {error}") from error
    return [_loaded(function) for function in found]


def _app_of(module: ModuleType, script: str) -> Any:
    # Two names for one app count as two apps: the worker does not compare identities either.
    apps = [value for value in vars(module).values() if isinstance(value, azure.functions.FunctionRegister)]
    if not apps:
        raise LoadError(f"Could not find top level function app instances in {script}.")
    if len(apps) > 1:
        kind = type(apps[-1]).__name__
        raise LoadError(f"More than one {kind} or other top level function app instances are defined.")
    return apps[0]


def _loaded(function: Any) -> AppFunction:
    name = function.get_function_name()
    config = json.loads(function.get_function_json())
    bindings = tuple(
        Binding(
            type=binding["type"],
            name=binding["name"],
            direction=str(binding["direction"]).upper(),
            properties={key: value for key, value in binding.items() if key not in {"type", "name", "direction"}},
        )
        for binding in config["bindings"]
    )
    if not _FUNCTION_NAME.fullmatch(name) or name.lower() == "host":
        raise LoadError(
            f"'{name}' is not a valid function name; take letters, digits, - and _, beginning with a letter"
        )
    if wrong := [binding.name for binding in bindings if not _BINDING_NAME.fullmatch(binding.name)]:
        raise LoadError(f"The '{name}' function is in error: '{wrong[0]}' is not a valid binding name")
    body = function.get_user_function()
    return AppFunction(
        LoadedFunction(
            name=name,
            bindings=bindings,
            config=config,
            script_file=function.function_script_file,
            has_retry_policy=function.get_setting("retry_policy") is not None,
        ),
        body=body,
        is_async=inspect.iscoroutinefunction(body),
        wants_context=wants_context(name, body, bindings),
    )
