"""HTTP: guards, tokens, the SCIM endpoints, answers and errors as bytes."""
