"""Who may enter and who may do what: logins, users, roles, permissions."""
