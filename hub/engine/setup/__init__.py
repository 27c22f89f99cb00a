"""What administrators set up: teams, their admins, connections, tokens and schemas."""
