"""Single sign-on: what is said to identity providers, and what is believed of their answers."""
