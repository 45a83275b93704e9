"""What every test needs: the project root on the path, and no surprise from the caller's own settings."""

import os

for name in ("SqlConnectionString", "WEBSITE_SITE_NAME", "RELAYS_FILE"):
    os.environ.pop(name, None)
