// Alerts on what the app writes into its log: the second way of being told, beside the channels of relays.toml, which tell more.
// Each rule looks for texts of the app; tests hold them against what the app says. What the recovery gives up, and that nothing gets
// through, is only written with a channel of the kind log, as relays.toml has one.

param name string
param location string
param tags object
param functionAppName string
param workspaceId string
param email string

// A line of the relay's own, in whatever function it was written.
var lines = 'AppTraces | where AppRoleName =~ "${functionAppName}" | where Message matches regex'
var rules = [
  {
    name: 'dead-letters'
    title: 'Changes were refused or given up'
    description: 'The endpoint refused changes, or they were given up after their window. They are dead letters: docs/dead-letters.md.'
    query: '${lines} @"^Relay \\S+: \\d+ changes?: .*\\d+ rejected|: changes were given up"'
    operator: 'GreaterThan'
    minutes: 5
    periods: 1
    resolves: false
    severity: 2
  }
  {
    name: 'silent'
    title: 'A relay takes nothing up'
    description: 'Changes wait, and its SQL trigger takes nothing up or cannot: docs/retention.md and docs/schema-changes.md.'
    query: '${lines} @"^Guard: relay \\S+: (silent|halted|ahead)$"'
    operator: 'GreaterThan'
    minutes: 5
    periods: 1
    resolves: false
    severity: 1
  }
  {
    name: 'retention'
    title: 'Change tracking forgets what was not delivered'
    description: 'It will soon, or it has: docs/retention.md.'
    query: '${lines} @"^Guard: relay \\S+: (retention|gap|unrepaired)$"'
    operator: 'GreaterThan'
    minutes: 5
    periods: 1
    resolves: false
    severity: 1
  }
  {
    name: 'lag'
    title: 'Deliveries lag behind'
    description: 'In each of three times five minutes changes have failed or been held, or nothing gets through: docs/operating.md.'
    query: '${lines} @"^Relay \\S+: \\d+ changes?: .*\\d+ (failed|held)|: nothing gets through since "'
    operator: 'GreaterThan'
    minutes: 5
    periods: 3
    resolves: true
    severity: 2
  }
  {
    name: 'watchdog'
    title: 'The app does not run'
    description: 'Its watchdog, which looks every few minutes, has not run for a quarter of an hour: the app is stopped, asleep, or its configuration is wrong; GET /api/health says more.'
    query: 'AppRequests | where AppRoleName =~ "${functionAppName}" | where Name == "watchdog"'
    operator: 'LessThan'
    minutes: 15
    periods: 1
    resolves: true
    severity: 1
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: take(name, 12)
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name}: ${rule.title}'
      description: rule.description
      enabled: true
      severity: rule.severity
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT${rule.minutes}M'
      // What is written once does not say when it is over.
      autoMitigate: rule.resolves
      // The tables come into being with the first line of the log.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: rule.operator
            threshold: rule.operator == 'LessThan' ? 1 : 0
            failingPeriods: {
              numberOfEvaluationPeriods: rule.periods
              minFailingPeriodsToAlert: rule.periods
            }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
