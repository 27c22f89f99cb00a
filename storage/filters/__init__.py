"""Filters into SQL, all of them: what `hub.scim.match` decides of a document, said to a database."""
