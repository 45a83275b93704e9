// An example of the parameters, and what azd takes: it puts the name of its environment into AZURE_ENV_NAME, and all that was set with
// `azd env set` into variables. The commands of az take it too: --parameters infra/main.bicepparam
using './main.bicep'

param name = readEnvironmentVariable('AZURE_ENV_NAME', 'my-relay')
param sqlServerName = readEnvironmentVariable('SQL_SERVER_NAME', '')
param sqlDatabaseName = readEnvironmentVariable('SQL_DATABASE_NAME', 'relay')
param sqlConnectionString = readEnvironmentVariable('SQL_CONNECTION_STRING', '')
param appSettings = {
  API_URL: readEnvironmentVariable('API_URL', '')
}
param alertEmail = readEnvironmentVariable('ALERT_EMAIL', '')
