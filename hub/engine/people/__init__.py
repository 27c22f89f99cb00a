"""A team's people and groups as administrators look at them, vouch for them and erase them."""
