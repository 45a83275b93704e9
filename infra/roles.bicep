// What the app's identity may do, and why: nothing beyond what its host and Durable Functions need.

@description('The principal of the identity.')
param principalId string
param storageAccountName string
param insightsName string

@description('Whether the host comes to the storage account with a key, and the identity needs nothing there.')
param hostHasKey bool

var storageRoles = [
  // Storage Blob Data Owner. The host keeps its keys, locks and the timer's schedule in blobs, Durable the leases of its partitions
  // and large messages; both make their containers. The platform reads the deployed package.
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  // Storage Queue Data Contributor. Durable makes its queues and works on their messages.
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  // Storage Table Data Contributor. Durable makes its two tables, of instances and of their history.
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
]
// Monitoring Metrics Publisher: to write to Application Insights.
var insightsRole = '3913510d-42f4-4e42-8a64-420c390055eb'

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource onStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in (hostHasKey ? [] : storageRoles): {
    name: guid(account.id, principalId, role)
    scope: account
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource onInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, insightsRole)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', insightsRole)
  }
}
