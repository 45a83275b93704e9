// A virtual network: the app goes out through it, and reaches storage account and database by private addresses in it. The log and
// the endpoints of relays are still reached over the public network, the app's own routes too.

param name string
param location string
param tags object
param storageAccountId string

@description('The server that the template has made. Empty: none.')
param sqlServerId string

// The host uses blobs, queues and tables; each has an address of its own.
var storageEndpoints = map(['blob', 'queue', 'table'], service => {
  service: service
  target: storageAccountId
  zone: 'privatelink.${service}.${environment().suffixes.storage}'
})
var sqlEndpoints = [
  {
    service: 'sqlServer'
    target: sqlServerId
    zone: 'privatelink${environment().suffixes.sqlServerHostname}'
  }
]
var endpoints = concat(storageEndpoints, empty(sqlServerId) ? [] : sqlEndpoints)

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: '${name}-network'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/24'] }
    subnets: [
      {
        // Flex Consumption takes one address for each instance that runs. No underscore: it refuses the name.
        name: 'app'
        properties: {
          addressPrefix: '10.20.0.0/25'
          delegations: [
            {
              name: 'flex'
              properties: { serviceName: 'Microsoft.App/environments' }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: '10.20.0.128/27' }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource endpointSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for endpoint in endpoints: {
    name: endpoint.zone
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (endpoint, i) in endpoints: {
    parent: zones[i]
    name: '${name}-link'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: network.id }
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [
  for endpoint in endpoints: {
    name: '${name}-${endpoint.service}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpointSubnet.id }
      privateLinkServiceConnections: [
        {
          name: endpoint.service
          properties: {
            privateLinkServiceId: endpoint.target
            groupIds: [endpoint.service]
          }
        }
      ]
    }
  }
]

resource addresses 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [
  for (endpoint, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: endpoint.service
          properties: { privateDnsZoneId: zones[i].id }
        }
      ]
    }
  }
]

output appSubnetId string = network::appSubnet.id
