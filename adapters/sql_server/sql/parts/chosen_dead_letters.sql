-- Part of the statements over dead letters: the condition of those that are meant; a value that is NULL does not narrow them.
entry.[App] = @app AND entry.[Relay] = @relay AND entry.[State] = 'dead'
    AND entry.[Id] > @after AND entry.[Id] <= @upto
    AND (@status IS NULL OR entry.[LastStatus] = @status)
    AND (@since IS NULL OR entry.[LastTriedAt] >= @since)
    AND (@before IS NULL OR entry.[LastTriedAt] < @before)
