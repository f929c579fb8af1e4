"""People and their rights: users, invitations, sign-in, audit. Knows nothing of generations."""
