"""The addresses of a person, found by the person; old events, found by their age."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both

FORWARD = both(
    # SQLite looks for them whenever a person is made while a key is still to find its own: a key and its
    # person are written together, the key first. Without an index it read all keys for each new user.
    "CREATE INDEX person_keys_of_person ON person_keys (team_id, person_id)",
    # Pruning looks for what is old: without an index it read all that is kept, each time.
    "CREATE INDEX outbox_by_age ON outbox (at)",
)
BACKWARD = both("DROP INDEX outbox_by_age", "DROP INDEX person_keys_of_person")


class Migration(migrations.Migration):
    """What people and events at size need."""

    dependencies = [("hub", "0002_scim_in_full")]  # noqa: RUF012 - as Tortoise has it
    operations = [Statements(FORWARD, BACKWARD)]  # noqa: RUF012
