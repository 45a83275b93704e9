"""For all tests, the app's and the packages': where this repository keeps Azurite, and no surprise from the caller's settings."""

import os

from devstack.command.parts import AZURITE_PROGRAMS

os.environ["PATH"] = os.pathsep.join([str(AZURITE_PROGRAMS), os.environ.get("PATH", os.defpath)])
for name in ("SqlConnectionString", "WEBSITE_SITE_NAME", "RELAYS_FILE"):
    os.environ.pop(name, None)
