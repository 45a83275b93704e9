// The storage account: the host's locks and keys, Durable's task hub, and the container of the deployed package.

@description('Lower-case letters and digits.')
@minLength(3)
@maxLength(24)
param name string
param location string
param tags object

@description('Whether keys open it. The classic Consumption plan needs one, Flex Consumption none.')
param sharedKeys bool

@description('Whether it is reached over the public network.')
param open bool

var containerName = 'app-package'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    // On Flex Consumption nobody gets in with a key; roles.bicep says who may do what.
    allowSharedKeyAccess: sharedKeys
    defaultToOAuthAuthentication: !sharedKeys
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: open ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: open ? 'Allow' : 'Deny'
    }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource packages 'containers' = {
      name: containerName
    }
  }
}

output accountId string = account.id
output accountName string = account.name
output deploymentContainerName string = containerName
output deploymentContainerUrl string = '${account.properties.primaryEndpoints.blob}${containerName}'
