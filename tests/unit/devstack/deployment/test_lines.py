"""Which az commands a script, a document or a workflow holds."""

from pathlib import Path

import pytest

from devstack.command.errors import CommandError
from devstack.deployment.lines import az_lines, commands, shell_of


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("az group show --name shop", ["group show --name shop"]),
        ('run az group show --name "$group" || fail "not az login"', ["group show --name $group"]),
        ("exists=$(az group exists --name shop) || exit 1", ["group exists --name shop"]),
        ("az group list; az account show > told", ["group list", "account show"]),
        ("az group create --name shop \\\n  --location westeurope", ["group create --name shop --location westeurope"]),
        ('ask "<$1>" az account show --query "a.b[].{n: n}"', ["account show --query a.b[].{n: n}"]),
        ("# az group delete", []),
        ("echo 'run az login'", []),
    ],
)
def test_a_command_is_what_a_shell_would_run(line: str, words: list[str]) -> None:
    assert [" ".join(found) for found in commands(line)] == words


def test_a_variable_stays_one_word_and_a_template_path_too() -> None:
    [found] = commands(
        'az deployment group create --template-file "$folder/main.bicep" --parameters @more.json name=$n'
    )

    assert found[3:] == ["--template-file", "$folder/main.bicep", "--parameters", "@more.json", "name=$n"]


def test_a_line_that_no_shell_reads_is_told() -> None:
    with pytest.raises(CommandError, match="keep its quotes on one line"):
        list(commands("az group show --query 'a"))


def test_of_a_document_only_code_counts() -> None:
    text = (
        "az is a tool: `az group list`.\n```sql\naz none\n```\nAn `az` of ours.\n"
        "1. A list:\n   ```sh\n   az account show\n   ```\n   and `az group\n   show`.\n"
    )

    found = [" ".join(words) for words in commands(shell_of(".md", text))]
    assert found == ["group list", "account show", "group show"]


def test_of_a_workflow_its_steps_count() -> None:
    text = "    steps:\n      - run: az group list\n      - run: |\n          az account show\n"

    assert [" ".join(words) for words in commands(shell_of(".yml", text))] == ["group list", "account show"]


def test_scripts_documents_and_workflows_are_read(tmp_path: Path) -> None:
    for name in ("infra/a.sh", "docs/b.md", "README.md", ".github/workflows/c.yml", "tests/d.sh"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("```sh\naz group list\n```\n" if path.suffix == ".md" else "az group list\n", encoding="utf-8")

    assert [line.place for line in az_lines(tmp_path)] == [
        "infra/a.sh",
        "docs/b.md",
        "README.md",
        ".github/workflows/c.yml",
    ]
