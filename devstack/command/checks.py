"""`./dev check`: lint, format, types, secrets and schemas, all of them even if the first fails."""

import subprocess
from pathlib import Path

# Programs of the environment, each with what it is asked.
CHECKS = {
    "ruff check": ("ruff", "check", ".", "dev"),
    "ruff format": ("ruff", "format", "--check", ".", "dev"),
    "mypy": ("mypy", ".", "dev"),
    "secrets": ("python", "-m", "devstack.command.secrets"),
    "shell scripts": (
        *("shellcheck", ".ci/run", "infra/deploy.sh", "infra/remove.sh"),
        *("tests/unit/infra/bin/az", "tests/unit/infra/bin/dev", "tests/unit/infra/bin/sleep"),
    ),
    "workflows": (
        *("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        *(f".github/workflows/{name}.yml" for name in ("tests", "real-parts", "release")),
    ),
    "infrastructure": ("python", "-m", "devstack.infra"),
    "updates": ("check-jsonschema", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"),
    "devcontainer": ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", ".devcontainer/compose.yml"),
}


def check(root: Path, python: Path) -> int:
    """Run every check and print its result; return 0 if all passed, else 1."""
    failed = []
    for name, (program, *arguments) in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(python.with_name(program)), *arguments], cwd=root, check=False).returncode != 0:
            failed.append(name)
    print(f"check: {', '.join(failed)} failed" if failed else "check: all passed", flush=True)
    return 1 if failed else 0
