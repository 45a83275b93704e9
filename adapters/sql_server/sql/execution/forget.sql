-- Removes an execution that has ended, with its steps and events, and all that is kept of a definition's.
SET NOCOUNT ON;
SET XACT_ABORT ON;
DECLARE @app nvarchar(60) = ?, @execution nvarchar(100) = ?;
DELETE FROM [relay].[ExecutionStep] WHERE [App] = @app AND [Execution] = @execution;
DELETE FROM [relay].[ExecutionEvent] WHERE [App] = @app AND [Execution] = @execution;
DELETE FROM [relay].[ExecutionHistory] WHERE [App] = @app AND [Execution] = @execution;
DELETE FROM [relay].[ExecutionFork] WHERE [App] = @app AND [Execution] = @execution;
DELETE FROM [relay].[ExecutionPosition] WHERE [App] = @app AND [Execution] = @execution;
DELETE FROM [relay].[Restart] WHERE [App] = @app AND [Instance] = @execution;
DELETE FROM [relay].[Execution] WHERE [App] = @app AND [Id] = @execution AND [EndedAt] IS NOT NULL;
