"""`python -m devstack.infra.make_table`: make resource_types.json anew, out of azure-mgmt packages that it fetches for the purpose.

The table holds the models that the files of infra/ use, each with all its properties. It is checked in, so that nobody else needs
the packages. Resource types that are new in infra/ need a line in TYPES first.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from devstack.infra import __main__ as infra
from devstack.infra.packages import PackageModels

PACKAGES = (
    "azure-mgmt-applicationinsights==4.1.0",
    "azure-mgmt-authorization==4.0.0",
    "azure-mgmt-keyvault==12.1.1",
    "azure-mgmt-loganalytics==14.0.0",
    "azure-mgmt-monitor==7.0.0",
    "azure-mgmt-msi==7.1.0",
    "azure-mgmt-network==28.1.0",
    "azure-mgmt-privatedns==2.0.0",
    "azure-mgmt-sql==4.0.0",
    "azure-mgmt-storage==22.2.0",
    "azure-mgmt-web==11.0.1",
)
# type@version -> folder of azure.mgmt, the file or folder of it that has to name this version, and the model of a request
TYPES = {
    "Microsoft.Authorization/roleAssignments@2022-04-01": (
        "authorization/v2022_04_01",
        "operations",
        "RoleAssignmentCreateParameters",
    ),
    "Microsoft.Insights/components@2020-02-02": (
        "applicationinsights/v2020_02_02",
        "operations",
        "ApplicationInsightsComponent",
    ),
    "Microsoft.Insights/actionGroups@2023-01-01": (
        "monitor",
        "operations/_action_groups_operations.py",
        "ActionGroupResource",
    ),
    "Microsoft.Insights/scheduledQueryRules@2023-12-01": (
        "monitor",
        "operations/_scheduled_query_rules_operations.py",
        "ScheduledQueryRuleResource",
    ),
    "Microsoft.KeyVault/vaults@2025-05-01": ("keyvault", "operations", "VaultCreateOrUpdateParameters"),
    "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30": ("msi/v2024_11_30", ".", "Identity"),
    "Microsoft.Network/privateDnsZones@2024-06-01": ("privatedns", ".", "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01": ("privatedns", ".", "VirtualNetworkLink"),
    "Microsoft.Network/privateEndpoints@2024-05-01": ("network", "operations", "PrivateEndpoint"),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01": (
        "network",
        "operations",
        "PrivateDnsZoneGroup",
    ),
    "Microsoft.Network/virtualNetworks@2024-05-01": ("network", "operations", "VirtualNetwork"),
    "Microsoft.Network/virtualNetworks/subnets@2024-05-01": ("network", "operations", "Subnet"),
    "Microsoft.OperationalInsights/workspaces@2025-07-01": ("loganalytics", ".", "Workspace"),
    "Microsoft.Sql/servers@2025-01-01": ("sql", ".", "Server"),
    "Microsoft.Sql/servers/databases@2025-01-01": ("sql", ".", "Database"),
    "Microsoft.Sql/servers/firewallRules@2025-01-01": ("sql", ".", "FirewallRule"),
    "Microsoft.Storage/storageAccounts@2024-01-01": (
        "storage/v2024_01_01",
        "operations",
        "StorageAccountCreateParameters",
    ),
    "Microsoft.Storage/storageAccounts/blobServices@2024-01-01": (
        "storage/v2024_01_01",
        "operations",
        "BlobServiceProperties",
    ),
    "Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01": (
        "storage/v2024_01_01",
        "operations",
        "BlobContainer",
    ),
    "Microsoft.Web/serverfarms@2025-05-01": ("web", ".", "AppServicePlan"),
    "Microsoft.Web/sites@2025-05-01": ("web", ".", "Site"),
}


def main() -> int:
    """Fetch the packages, check the versions, look at infra/ with their models, and write down the models that were asked for."""
    uv = Path(sys.executable).with_name("uv")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([str(uv), "pip", "install", "-q", "--no-deps", "--target", folder, *PACKAGES], check=True)
        for full, (package, where, _) in TYPES.items():
            if not _names(Path(folder, "azure", "mgmt", package, where), full.split("@")[1]):
                raise SystemExit(f"azure.mgmt.{package} knows no {full}")
        models = PackageModels(Path(folder))
        types = {full: f"{package}:{model}" for full, (package, _, model) in TYPES.items()}
        found = list(infra.problems(infra.INFRA, types, models))
        asked = {**{model: models[model] for model in types.values()}, **models.asked}
    print("\n".join(found))
    table = {"types": types, "models": asked}
    infra.TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if found else 0


def _names(place: Path, version: str) -> bool:
    """Return whether a source file names the API's version."""
    paths = [place] if place.is_file() else place.glob("*.py")
    return any(f'"{version}"' in path.read_text(encoding="utf-8") for path in paths)


if __name__ == "__main__":
    sys.exit(main())
