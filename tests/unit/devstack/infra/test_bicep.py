"""What is wrong with a Bicep file is found before Azure finds it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from devstack.infra import __main__ as infra
from devstack.infra.bodies import Models
from devstack.infra.make_table import TYPES
from devstack.infra.packages import PackageModels

Broken = Callable[[str, str, str], list[str]]


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    """Returns what is said of infra/ with one passage of a file replaced."""

    def problems(name: str, passage: str, by: str) -> list[str]:
        folder = shutil.copytree(infra.INFRA, tmp_path / "infra")
        text = (folder / name).read_text(encoding="utf-8")
        assert passage in text
        (folder / name).write_text(text.replace(passage, by, 1), encoding="utf-8")
        return list(infra.problems(folder, *infra.table()))

    return problems


def test_nothing_is_wrong_with_ours() -> None:
    assert list(infra.problems(infra.INFRA, *infra.table())) == []


@pytest.mark.parametrize(
    ("name", "passage", "by", "problem"),
    [
        ("flex.bicep", "properties: {", "properties: [", "cannot be read"),
        ("flex.bicep", "httpsOnly", "httpOnly", "web:SiteProperties has no property 'httpOnly' that can be set"),
        ("flex.bicep", "httpsOnly: true", "state: 'Running'", "no property 'state' that can be set"),
        ("flex.bicep", "httpsOnly: true", "httpsOnly: 'true'", "true is none of truth"),
        ("flex.bicep", "instanceCount:", "count:", "FunctionsAlwaysReadyConfig has no property 'count'"),
        ("flex.bicep", "value: setting.value", "val: setting.value", "NameValuePair has no property 'val'"),
        ("flex.bicep", "'UserAssignedIdentity'", "'UserIdentity'", "UserIdentity is none of 'SystemAssignedIdentity'"),
        ("flex.bicep", "sites@2025-05-01", "sites@2025-05-02", "Microsoft.Web/sites@2025-05-02 is not in the table"),
        ("flex.bicep", "'python'", "'phyton'", "phyton is none of"),
        ("storage.bicep", "'containers'", "'container'", "blobServices/container@2024-01-01 is not in the table"),
        ("main.bicep", "'${stem}", "'${stam}", "stam is declared nowhere"),
        ("main.bicep", "outputs.insightsName", "outputs.insights", "module monitoring has no output insights"),
        ("main.bicep", "insightsName: ", "insights: ", "module roles has no parameter insights"),
        ("main.bicep", "insightsName: ", "insights: ", "module roles is not given insightsName"),
        ("main.bicep", "instanceMemoryMB: instanceMemoryMB", "instanceMemoryMB: name", "takes another type as instanceMemoryMB"),
        ("main.bicep", "'roles.bicep'", "'role.bicep'", "there is no file role.bicep"),
        ("main.bicep", "startsWith(", "beginsWith(", "beginsWith is no function"),
        ("storage.bicep", "param location string", "param location string\nparam more int", "param more is never used"),
        ("network.bicep", "for (endpoint, i) in", "for endpoint in", "i is declared nowhere"),
        ("network.bicep", "serviceName:", "service:", "has no property 'service'"),
        ("network.bicep", "network::endpointSubnet", "net::endpointSubnet", "net is declared nowhere"),
        ("main.bicepparam", "param appSettings", "param settings", "main.bicep has no parameter settings"),
        ("main.bicepparam", "param name", "param location", "main.bicep is not given name"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(broken: Broken, name: str, passage: str, by: str, problem: str) -> None:
    said = broken(name, passage, by)

    assert [line for line in said if line.startswith(f"{name}:") and problem in line]


def test_the_table_was_made_of_the_types_that_are_named() -> None:
    types, models = infra.table()

    assert types == {full: f"{package}:{model}" for full, (package, _, model) in TYPES.items()}
    assert not set(types.values()) - models.keys()


@pytest.fixture
def models(tmp_path: Path) -> Models:
    """The models of two packages, in the two forms that there are."""
    for package, text in {"new": NEW, "old": OLD}.items():
        folder = tmp_path / "azure" / "mgmt" / package / "models"
        folder.mkdir(parents=True)
        (folder / "_models.py").write_text(text, encoding="utf-8")
    return PackageModels(tmp_path)


NEW = '''
class Kind(str, Enum):
    FIRST = "First"
    """FIRST."""
    SECOND = "Second"

class Base(_Model):
    name: Optional[str] = rest_field(visibility=["read"])
    tags: Optional[dict[str, str]] = rest_field(visibility=["read", "create"])

class Thing(Base):
    kind_of: Optional[Union[str, "_models.Kind"]] = rest_field(name="kindOf", visibility=["create"])
    parts: Optional[list["_models.Part"]] = rest_field(visibility=["create"])
    size: int = rest_field(visibility=["create"])
    on: Optional[bool] = rest_field()
'''
OLD = '''
class Kind(str, Enum):
    FIRST = "First"

class Thing(_serialization.Model):
    """A thing.

    :ivar kind: Which.
    :vartype kind: str or
     ~azure.mgmt.old.models.Kind
    """
    _validation = {"id": {"readonly": True}, "size": {"minimum": 1}}
    _attribute_map = {
        "id": {"key": "id", "type": "str"},
        "kind": {"key": "properties.kind", "type": "str"},
        "size": {"key": "properties.deep.size", "type": "int"},
        "parts": {"key": "properties.parts", "type": "[Part]"},
        "dotted": {"key": "odata\\\\.type", "type": "str"},
    }
'''


def test_a_newer_packages_models_are_read(models: Models) -> None:
    assert models["new:Thing"] == {
        "tags": "{} text", "kindOf": "'First' | 'Second'", "parts": "[] new:Part", "size": "number", "on": "truth",
    }  # fmt: skip


def test_an_older_packages_models_are_read(models: Models) -> None:
    assert models["old:Thing"] == {"properties": "old:Thing.properties", "odata.type": "text"}
    assert models["old:Thing.properties"] == {"kind": "'First'", "deep": "old:Thing.properties.deep", "parts": "[] old:Part"}  # fmt: skip
    assert models["old:Thing.properties.deep"] == {"size": "number"}
