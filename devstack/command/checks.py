"""`./dev check`: lint, format and types, all of them even if the first fails."""

import subprocess
from pathlib import Path

CHECKS = {
    "ruff check": ("ruff", "check", ".", "dev"),
    "ruff format": ("ruff", "format", "--check", ".", "dev"),
    "mypy": ("mypy", ".", "dev"),
}


def check(root: Path, python: Path) -> int:
    """Run every check and print its result; return 0 if all passed, else 1."""
    failed = []
    for name, arguments in CHECKS.items():
        print(f"== {name}", flush=True)
        if subprocess.run([str(python), "-m", *arguments], cwd=root, check=False).returncode != 0:
            failed.append(name)
    print(f"check: {', '.join(failed)} failed" if failed else "check: all passed", flush=True)
    return 1 if failed else 0
