"""The file that is deployed: only what must be there, the same bytes every time, every part pinned and listed."""

import json
import zipfile
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from devstack.command.errors import CommandError
from devstack.package.__main__ import BILL, packed
from devstack.package.bill import bill
from devstack.package.contents import deployable, version_of, write_zip
from devstack.package.lock import LOCK, Part, parts, unmet

ROOT = Path(__file__).parents[4]
LOCKED = """\
# A comment.
azure-functions==1.26.0 ; python_full_version < '3.13' \\
    --hash=sha256:aa01
azure-functions==2.3.0 ; python_full_version >= '3.13' \\
    --hash=sha256:aa02 \\
    --hash=sha256:aa03
requests==2.34.2 \\
    --hash=sha256:bb01
"""


@pytest.fixture
def files() -> dict[str, bytes]:
    return dict(packed(ROOT, deployable(ROOT), version_of(ROOT)))


def test_it_holds_what_azure_runs_and_nothing_of_the_workshop(files: dict[str, bytes]) -> None:
    assert {name.partition("/")[0] for name in files} == {
        *("activities", "adapters", "asl", "entities", "orchestrators", "relay", "services", "triggers", "workflows"),
        *(
            "function_app.py",
            "wiring.py",
            "prepare_database.py",
            "check_definition.py",
            "host.json",
            "relays.toml",
            "workflows.toml",
            "requirements.txt",
        ),
        *("LICENSE", BILL),
    }


def test_it_is_the_same_to_the_byte_every_time(files: dict[str, bytes], tmp_path: Path) -> None:
    write_zip(files, tmp_path / "one.zip")
    again = packed(ROOT, deployable(ROOT), version_of(ROOT))
    write_zip({name: again[name] for name in sorted(again, reverse=True)}, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.testzip() is None


def test_it_installs_what_is_locked(files: dict[str, bytes]) -> None:
    assert files["requirements.txt"] == (ROOT / LOCK).read_bytes()


def test_the_lock_meets_what_the_app_asks_for() -> None:
    locked = parts((ROOT / LOCK).read_text(encoding="utf-8"))

    assert unmet((ROOT / "requirements.txt").read_text(encoding="utf-8"), locked) == [], "./dev package --lock"


def test_a_lock_is_read_with_markers_and_hashes() -> None:
    assert parts(LOCKED) == [
        Part("azure-functions", "1.26.0", "python_full_version < '3.13'", ["aa01"]),
        Part("azure-functions", "2.3.0", "python_full_version >= '3.13'", ["aa02", "aa03"]),
        Part("requests", "2.34.2", "", ["bb01"]),
    ]


@pytest.mark.parametrize("text", ["requests>=2 \\\n    --hash=sha256:bb01\n", "requests==2.34.2\n", "-r other.txt\n"])
def test_what_pins_nothing_is_no_lock(text: str) -> None:
    with pytest.raises(CommandError, match="make it anew"):
        parts(LOCKED + text)


def test_what_the_lock_does_not_meet_is_told() -> None:
    asked = "# the four\nazure-functions==1.26.*; python_version < '3.13'\nrequests==2.35.*\npyodbc==5.5.*\n"

    assert unmet(asked, parts(LOCKED)) == ["requests==2.35.*", "pyodbc==5.5.*"]


def test_the_list_of_parts_is_valid_cyclonedx_and_names_every_package_with_its_hashes(files: dict[str, bytes]) -> None:
    text = files[BILL].decode()
    listed = json.loads(text)

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert listed["metadata"]["component"]["version"] == version_of(ROOT)
    pinned = parts((ROOT / LOCK).read_text(encoding="utf-8"))
    assert {(each["name"], each["version"], len(each["hashes"])) for each in listed["components"]} == {
        (part.name, part.version, len(part.hashes)) for part in pinned
    }


def test_the_list_differs_with_what_is_in_it_and_with_nothing_else() -> None:
    once = bill("1.0", parts(LOCKED))

    assert once == bill("1.0", reversed(parts(LOCKED)))
    assert json.loads(once)["serialNumber"] != json.loads(bill("1.1", parts(LOCKED)))["serialNumber"]
    assert json.loads(once)["serialNumber"] != json.loads(bill("1.0", parts(LOCKED)[1:]))["serialNumber"]
