"""Checks of how the app is deployed, as far as that goes without Azure."""
