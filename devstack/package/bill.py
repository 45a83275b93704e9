"""The list of a package's parts, as CycloneDX has it: what to look up when a fault of a library becomes known."""

from collections.abc import Iterable
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from devstack.package.lock import Part

APP = "durable-sql-relay"


def bill(version: str, parts: Iterable[Part]) -> str:
    """Return the JSON; equal parts make equal texts: it has no time, and its number is made from what is in it."""
    bom = Bom()
    app = Component(name=APP, version=version, type=ComponentType.APPLICATION, bom_ref=APP)
    components = [_component(part) for part in parts]
    bom.metadata.component = app
    for component in components:
        bom.components.add(component)
    bom.register_dependency(app, components)
    named = sorted(f"{component.purl} {[str(each.content) for each in component.hashes]}" for component in components)
    bom.serial_number = uuid5(NAMESPACE_URL, f"{APP} {version} {named}")
    bom.metadata.timestamp = None  # type: ignore[assignment]
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(part: Part) -> Component:
    return Component(
        name=part.name,
        version=part.version,
        purl=PackageURL("pypi", name=part.name, version=part.version),
        bom_ref=f"{part.name}@{part.version}",
        # Of every file that may be installed: one for each platform.
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in part.hashes],
        properties=[Property(name="python", value=part.marker)] if part.marker else [],
    )
