// A database in Azure SQL for those who have none: only identities log in, there is no password. Bicep cannot turn change tracking on
// nor make users: docs/deploying.md says what does.

param serverName string
param databaseName string
param location string
param tags object

@description('The object id of the user or group in Entra that administers the server.')
@minLength(36)
param adminObjectId string

@description('Its name, as Entra shows it.')
@minLength(1)
param adminName string

@description('Whether the server is made now: Azure takes who administers it only then.')
param isNew bool

@description('Whether what runs in Azure may come over the public network; whoever does still has to log in.')
param open bool

resource server 'Microsoft.Sql/servers@2025-01-01' = {
  name: serverName
  location: location
  tags: tags
  properties: {
    minimalTlsVersion: '1.2'
    publicNetworkAccess: open ? 'Enabled' : 'Disabled'
    administrators: isNew
      ? {
          administratorType: 'ActiveDirectory'
          azureADOnlyAuthentication: true
          login: adminName
          sid: adminObjectId
          tenantId: tenant().tenantId
        }
      : null
  }

  // Azure's own sign for everything that runs in Azure. Flex Consumption has no addresses of its own to be named here.
  resource fromAzure 'firewallRules' = if (open) {
    name: 'AllowAllWindowsAzureIps'
    properties: {
      startIpAddress: '0.0.0.0'
      endIpAddress: '0.0.0.0'
    }
  }

  // No serverless one: the triggers ask every second, so it would never pause.
  resource database 'databases' = {
    name: databaseName
    location: location
    tags: tags
    sku: { name: 'S0' }
  }
}

output serverId string = server.id
