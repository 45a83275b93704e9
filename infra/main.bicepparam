// An example of the parameters, and what azd takes: it puts the name of its environment into AZURE_ENV_NAME, and all that was set with
// `azd env set` into variables. The commands of az take it too: --parameters infra/main.bicepparam
using './main.bicep'

param name = readEnvironmentVariable('AZURE_ENV_NAME', 'my-relay')
param plan = readEnvironmentVariable('RELAY_PLAN', 'flex')
param sql = readEnvironmentVariable('RELAY_SQL', 'existing')
param sqlAdminObjectId = readEnvironmentVariable('RELAY_SQL_ADMIN_OBJECT_ID', '')
param sqlAdminName = readEnvironmentVariable('RELAY_SQL_ADMIN_NAME', '')
param sqlServerExists = readEnvironmentVariable('RELAY_SQL_SERVER_EXISTS', 'false') == 'true'
param sqlServerName = readEnvironmentVariable('RELAY_SQL_SERVER_NAME', '')
param sqlDatabaseName = readEnvironmentVariable('RELAY_SQL_DATABASE_NAME', 'relay')
param sqlConnectionString = readEnvironmentVariable('RELAY_SQL_CONNECTION_STRING', '')
param keyVaultName = readEnvironmentVariable('RELAY_KEY_VAULT_NAME', '')
// For example { ORDERS_API_KEY: 'orders-api-key' }: the app setting, and the secret's name in the vault.
param keyVaultSecrets = {}
param appSettings = {
  API_URL: readEnvironmentVariable('API_URL', '')
}
param alertEmail = readEnvironmentVariable('RELAY_ALERT_EMAIL', '')
param privateNetwork = readEnvironmentVariable('RELAY_PRIVATE_NETWORK', 'false') == 'true'
