"""A SCIM provisioning hub: what providers say becomes people, groups and seats."""
