"""The addresses of a person, found by the person."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both

# SQLite looks for them whenever a person is made while a key is still to find its own: a key and its
# person are written together, the key first. Without an index it read all keys for each new user.
FORWARD = both("CREATE INDEX person_keys_of_person ON person_keys (team_id, person_id)")
BACKWARD = both("DROP INDEX person_keys_of_person")


class Migration(migrations.Migration):
    """What making people at size needs."""

    dependencies = [("hub", "0002_scim_in_full")]  # noqa: RUF012 - as Tortoise has it
    operations = [Statements(FORWARD, BACKWARD)]  # noqa: RUF012
