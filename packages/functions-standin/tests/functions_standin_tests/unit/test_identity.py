import platform
from pathlib import Path

import pytest

from functions_standin.identity import host_id, slot_name, stable_hash


@pytest.mark.parametrize(
    ("text", "expected"), [("", 23), ("a", 810), ("/a", 23657), ("z" * 6, -1748037481), ("z" * 7, 1645413059)]
)
def test_the_hash_is_of_32_bits_with_a_sign(text: str, expected: int) -> None:
    assert stable_hash(text) == expected


def test_a_local_id_is_made_of_the_letters_and_digits_of_the_machine_and_of_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "node", lambda: "My-Machine.local")

    assert host_id(Path("/a"), {"WEBSITE_SITE_NAME": "shop"}) == "mymachine-23657"


def test_an_id_is_cut_at_32_characters_and_ends_with_no_hyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "node", lambda: "m" * 31)

    assert host_id(Path("/a"), {}) == "m" * 31


@pytest.mark.parametrize(
    ("slot", "expected"), [("", "contoso-shop"), ("Production", "contoso-shop"), ("Staging", "contoso-shop-staging")]
)
def test_on_app_service_site_and_slot_are_the_id(slot: str, expected: str) -> None:
    environment = {
        "WEBSITE_INSTANCE_ID": "1",
        "WEBSITE_SITE_NAME": "Contoso-Shop",
        "WEBSITE_SLOT_NAME": slot,
    }

    assert host_id(Path("/a"), environment) == expected


def test_a_given_id_wins() -> None:
    assert host_id(Path("/a"), {"AzureFunctionsWebHost__hostid": "Mine"}) == "mine"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, None), ({"WEBSITE_SLOT_NAME": "PRODUCTION"}, None), ({"WEBSITE_SLOT_NAME": "staging"}, "staging")],
)
def test_a_slot_is_one_beside_production(environment: dict[str, str], expected: str | None) -> None:
    assert slot_name(environment) == expected
