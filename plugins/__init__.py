"""What each identity provider says, one folder a provider."""
