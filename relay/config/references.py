"""App settings that stand for a secret elsewhere: what is there if the secret could not be read."""

UNRESOLVED = (
    "it is a Key Vault reference that was not resolved; see that the app's identity may read the secret, that the secret is there, "
    "and restart the app"
)


def unresolved(value: str) -> bool:
    """Tell whether a setting holds the reference itself: the platform hands it over as it is if the secret cannot be read."""
    return value.lstrip().lower().startswith("@microsoft.keyvault(")
