"""Accounts: passwords, sign-in, sessions, invitations. Everything else in the product knows a pseudonymous person id only."""
