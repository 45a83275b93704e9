// The relay and what it stands on, in one resource group: storage account, identity, logs, function app. docs/deploying.md says how
// it is used.
targetScope = 'resourceGroup'

@description('The stem of all names: lower-case letters, digits and hyphens, a letter first.')
@minLength(3)
@maxLength(17)
param name string

@description('Where everything is made. Flex Consumption is not in every region.')
param location string = resourceGroup().location

@description('flex: Flex Consumption. consumption: the classic plan for Linux, which needs keys and ends in 2028.')
@allowed(['flex', 'consumption'])
param plan string = 'flex'

@description('The Python of the worker: 3.11 to 3.14 on flex, 3.11 or 3.12 on consumption.')
param pythonVersion string = plan == 'flex' ? '3.13' : '3.12'

@description('The memory of one instance on flex, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('Instances that each SQL trigger always has on flex. A trigger that logs in with an identity does not wake from zero: leave it at 1 or more, unless the login has a password.')
@minValue(0)
param alwaysReady int = 1

@description('The relays whose triggers are always ready. Empty: those of relays.toml.')
param relays string[] = []

@description('existing: a database that is there; new: one in Azure SQL, which only identities log in to.')
@allowed(['existing', 'new'])
param sql string = 'existing'

@description('The name of the SQL server, without its domain: where the identity logs in. Empty: with new one is made up, with existing sqlConnectionString says it.')
param sqlServerName string = ''

@description('The name of the database on it.')
param sqlDatabaseName string = 'relay'

@description('With new: the object id of the user or group in Entra that administers the server.')
param sqlAdminObjectId string = ''

@description('With new: whether the server is there already, from an earlier deployment.')
param sqlServerExists bool = false

@description('With new: its name, as Entra shows it.')
param sqlAdminName string = ''

@description('With existing: what the app setting SqlConnectionString gets. Empty: the identity logs in at sqlServerName.')
@secure()
param sqlConnectionString string = ''

@description('A key vault of this resource group whose secrets the app may read. Empty: none.')
param keyVaultName string = ''

@description('Which app settings are secrets of it: { SETTING: name of the secret }. SqlConnectionString may be one.')
param keyVaultSecrets object = {}

@description('More app settings: what relays.toml names between percent signs, for example API_URL.')
@secure()
param appSettings object = {}

@description('Who gets the alerts. Empty: nobody, and there are none.')
param alertEmail string = ''

@description('On flex: a virtual network, with private addresses for storage account and new database; both are closed to the public network.')
param privateNetwork bool = false

var private = !privateNetwork || plan == 'flex' ? privateNetwork : fail('privateNetwork needs plan flex: the classic Consumption plan goes out through no network of yours.')

// Names that the whole world shares: the same for the same group and stem, whenever this is deployed again.
var token = take(uniqueString(resourceGroup().id, name), 7)
var functionAppName = '${name}-${token}'
var stem = replace(name, '-', '')
var tags = { 'azd-env-name': name }

// Each by the first name line after its [[relay]].
var relaysOfFile = map(
  skip(split(replace(loadTextContent('../relays.toml'), '\r', ''), '\n[[relay]]'), 1),
  section => split(first(filter(split(section, '\n'), line => startsWith(replace(line, ' ', ''), 'name="')))!, '"')[1]
)
var serverName = sql == 'new' && empty(sqlServerName) ? '${name}-sql-${token}' : sqlServerName
var sqlServerFqdn = empty(serverName) ? '' : '${serverName}${environment().suffixes.sqlServerHostname}'
var identityLogin = 'Server=tcp:${sqlServerFqdn},1433;Database=${sqlDatabaseName};Authentication=Active Directory Managed Identity;User Id=${identity.properties.clientId};Encrypt=True'

var secrets = toObject(
  empty(keyVaultName) ? [] : items(keyVaultSecrets),
  secret => secret.key,
  secret => '@Microsoft.KeyVault(VaultName=${keyVaultName};SecretName=${secret.value})'
)
// The later ones win.
var settings = union(
  {
    APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
    // No task hub is named: the storage account is this app's alone, so Durable's own name for it meets no other. What wakes and
    // scales the app would not see a name in the settings (azure-functions-durable-extension issue 2803).
    // A look on Flex Consumption is billed as a second at least, on the classic plan as a tenth of one.
    WATCHDOG_SCHEDULE: plan == 'flex' ? '0 */5 * * * *' : '0 * * * * *'
    SqlConnectionString: sql == 'new' || (empty(sqlConnectionString) && !empty(serverName)) ? identityLogin : sqlConnectionString
  },
  secrets,
  appSettings
)

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-identity'
  location: location
  tags: tags
}

module storage 'storage.bicep' = {
  name: '${name}-storage'
  params: {
    name: '${stem}${token}'
    location: location
    tags: tags
    sharedKeys: plan == 'consumption'
    open: !private
  }
}

module monitoring 'monitoring.bicep' = {
  name: '${name}-monitoring'
  params: {
    name: name
    location: location
    tags: tags
  }
}

module roles 'roles.bicep' = {
  name: '${name}-roles'
  params: {
    principalId: identity.properties.principalId
    storageAccountName: storage.outputs.accountName
    hostHasKey: plan == 'consumption'
    insightsName: monitoring.outputs.insightsName
  }
}

module database 'sql.bicep' = if (sql == 'new') {
  name: '${name}-sql'
  params: {
    serverName: serverName
    databaseName: sqlDatabaseName
    location: location
    tags: tags
    adminObjectId: sqlAdminObjectId
    adminName: sqlAdminName
    isNew: !sqlServerExists
    open: !private
  }
}

module vault 'keyvault.bicep' = if (!empty(keyVaultName)) {
  name: '${name}-vault'
  params: {
    vaultName: keyVaultName
    principalId: identity.properties.principalId
  }
}

module network 'network.bicep' = if (private) {
  name: '${name}-network'
  params: {
    name: name
    location: location
    tags: tags
    storageAccountId: storage.outputs.accountId
    sqlServerId: sql == 'new' ? database!.outputs.serverId : ''
  }
}

module flex 'flex.bicep' = if (plan == 'flex') {
  name: '${name}-flex'
  params: {
    name: functionAppName
    location: location
    tags: tags
    identityId: identity.id
    identityClientId: identity.properties.clientId
    storageAccountName: storage.outputs.accountName
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    alwaysReady: alwaysReady
    subnetId: private ? network!.outputs.appSubnetId : ''
    triggers: map(empty(relays) ? relaysOfFile : relays, relay => 'relay_${relay}')
    settings: settings
  }
  // The host reads its storage account and the secrets as soon as it starts.
  dependsOn: [roles, vault]
}

module consumption 'consumption.bicep' = if (plan == 'consumption') {
  name: '${name}-consumption'
  params: {
    name: functionAppName
    location: location
    tags: tags
    identityId: identity.id
    storageAccountName: storage.outputs.accountName
    pythonVersion: pythonVersion
    settings: settings
  }
  dependsOn: [roles, vault]
}

module alerts 'alerts.bicep' = if (!empty(alertEmail)) {
  name: '${name}-alerts'
  params: {
    name: name
    location: location
    tags: tags
    functionAppName: functionAppName
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

output functionAppName string = functionAppName
output functionAppHostName string = plan == 'flex' ? flex!.outputs.hostName : consumption!.outputs.hostName
output identityName string = identity.name
output identityPrincipalId string = identity.properties.principalId
output identityClientId string = identity.properties.clientId
output storageAccountName string = storage.outputs.accountName
output deploymentContainerName string = storage.outputs.deploymentContainerName
output sqlServerFqdn string = sqlServerFqdn
output sqlDatabaseName string = sqlDatabaseName
