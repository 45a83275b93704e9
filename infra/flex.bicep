// The function app on Flex Consumption. Everything it reaches it reaches with its identity; there is no key.

param name string
param location string
param tags object
param identityId string
param identityClientId string
param storageAccountName string
param deploymentContainerUrl string
@allowed(['3.11', '3.12', '3.13', '3.14'])
param pythonVersion string
param instanceMemoryMB int
param alwaysReady int

@description('The subnet through which the app goes out. Empty: none.')
param subnetId string

@description('The names of the functions that are always ready.')
param triggers string[]

@secure()
param settings object

// Runtime and worker are in functionAppConfig; the settings that say so on other plans are refused here.
var hostSettings = {
  AzureWebJobsStorage__accountName: storageAccountName
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
}

resource plan 'Microsoft.Web/serverfarms@2025-05-01' = {
  name: '${name}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-05-01' = {
  name: name
  location: location
  // By the second tag azd finds what its service is deployed to.
  tags: union(tags, { 'azd-service-name': 'relay' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: 40
        alwaysReady: [
          for trigger in (alwaysReady > 0 ? triggers : []): {
            name: 'function:${trigger}'
            instanceCount: alwaysReady
          }
        ]
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      // All of them, each time: what was set by hand goes with the next deployment.
      appSettings: map(items(union(hostSettings, settings)), setting => {
        name: setting.key
        value: setting.value
      })
    }
  }
}

output hostName string = app.properties.defaultHostName
