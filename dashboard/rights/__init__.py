"""Who may do what: accounts, log-in, sessions, and the gate before everything that is served."""
