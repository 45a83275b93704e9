"""An app in a process of its own, run in the app's folder: prints its durable functions, then answers requests.

It imports the app by its one public name, function_app, so that any release will do. A line of JSON in, a line of JSON out.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path[0] = str(Path.cwd())
warnings.simplefilter("ignore")

from azure.functions import OrchestrationContext  # noqa: E402

TRIGGERS = {
    "orchestrationTrigger": ("orchestrators", "orchestration"),
    "activityTrigger": ("activities", "activity"),
    "entityTrigger": ("entities", "entityName"),
}


def main() -> None:
    """Index, then answer until there are no more requests."""
    import function_app  # noqa: PLC0415

    found: dict[str, dict[str, Any]] = {kind: {} for kind, _ in TRIGGERS.values()}
    for function in function_app.app.get_functions():
        for binding in json.loads(function.get_function_json())["bindings"]:
            if binding["type"] in TRIGGERS:
                kind, key = TRIGGERS[binding["type"]]
                found[kind][binding.get(key) or function.get_function_name()] = function.get_user_function()
    answer({kind: sorted(names) for kind, names in found.items()})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            text = json.dumps(asked["request"])
            if "orchestrator" in asked:
                answer(json.loads(found["orchestrators"][asked["orchestrator"]](OrchestrationContext(text))))
            else:
                answer(json.loads(found["entities"][asked["entity"]](text)))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            answer({"failed": f"{type(error).__name__}: {error}"})


def answer(value: Any) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
