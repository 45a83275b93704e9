"""The list of functions at the start, as `func start` prints it."""

from functions_standin.extension import HostServices
from functions_standin.functions import LoadedFunction
from functions_standin.functions_in_charge import HTTP_TRIGGER, FunctionsInCharge
from functions_standin.http.routing import allowed_methods, route_text


def announce(services: HostServices, in_charge: FunctionsInCharge) -> None:
    """Print every function: HTTP ones first with their URLs, then the others; then what does not run and why."""
    console = services.console
    running = [
        function
        for name, function in in_charge.functions.items()
        if name not in in_charge.disabled and name not in in_charge.errors
    ]
    if not in_charge.functions:
        console.plain("No functions found.")
    else:
        console.plain("\nFunctions:\n")
    for function in sorted(running, key=lambda each: each.trigger.type != HTTP_TRIGGER):
        console.plain(f"\t{function.name}: {_trigger_text(services, function)}\n")
    for name in sorted(in_charge.disabled):
        console.plain(f"Function {name} is disabled.")
    for name, error in in_charge.errors.items():
        console.plain(f"The '{name}' function is in error: {error}")
    if not console.verbose:
        console.plain("For detailed output, run with --verbose flag.")


def _trigger_text(services: HostServices, function: LoadedFunction) -> str:
    if function.trigger.type != HTTP_TRIGGER:
        return function.trigger.type
    methods = allowed_methods(function)
    prefix = services.host_json.route_prefix
    url = "/".join(part for part in (services.base_url, prefix, route_text(function)) if part)
    return f"[{','.join(methods)}] {url}" if methods else url
