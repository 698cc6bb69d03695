"""Staff, their grants, their chat identities, groups and conversations."""
