"""What a team's product asks: who may sign in, and who has just signed in."""
