"""Django with mssql-django: its own migrations, rows, transactions, introspection."""

import io
import json
import os

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "mssql", "NAME": os.environ["SQL_DATABASE"], "USER": os.environ["SQL_USER"], "PASSWORD": os.environ["SQL_PASSWORD"],
            "HOST": "127.0.0.1", "PORT": os.environ["SQL_PORT"],
            "OPTIONS": {"driver": "ODBC Driver 18 for SQL Server", "extra_params": "TrustServerCertificate=yes"},
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402 - they ask for the settings
from django.core.management import call_command  # noqa: E402
from django.db import IntegrityError, transaction  # noqa: E402

found = {}
call_command("migrate", verbosity=0)
user = User.objects.create_user("ada", "ada@example.com", "secret")
user.groups.add(Group.objects.create(name="readers"))
User.objects.bulk_create([User(username=f"other{number}") for number in range(3)])
found["users"] = list(User.objects.order_by("-username").values_list("username", flat=True)[1:3])
found["joined"] = User.objects.filter(groups__name="readers", date_joined__year__gte=2026).count()
try:
    with transaction.atomic():
        User.objects.filter(username="ada").update(is_staff=True)
        User.objects.create(username="ada")
except IntegrityError:
    found["rolled back"] = not User.objects.get(username="ada").is_staff
text = io.StringIO()
call_command("inspectdb", "auth_user", stdout=text)
found["inspected"] = "username = models.CharField(unique=True, max_length=150" in text.getvalue()
print(json.dumps(found))
