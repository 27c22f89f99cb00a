"""Searched values, counters, a team's own schemas, members to come."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both
from storage.refolding import Refolding


def _members(key: str, by_member: str, clustered: str) -> tuple[str, ...]:
    """Return the statements that keep members in order of *key*, and find them *by_member*."""
    columns = "team_id, connection_id, group_id, member_id"
    return (
        "DROP INDEX members_by_member",
        "ALTER TABLE members RENAME TO members_before",
        f"""CREATE TABLE members (
            team_id TEXT NOT NULL,
            connection_id TEXT NOT NULL,
            group_id TEXT NOT NULL,
            member_id TEXT NOT NULL,
            PRIMARY KEY ({key}),
            FOREIGN KEY (team_id, connection_id, group_id)
                REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE,
            FOREIGN KEY (team_id, connection_id, member_id)
                REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE
        ){clustered}""",
        f"INSERT INTO members ({columns}) SELECT {columns} FROM members_before",
        "DROP TABLE members_before",
        f"CREATE INDEX members_by_member ON members ({by_member})",
    )


FORWARD = both(
    "ALTER TABLE teams ADD COLUMN schemas TEXT NOT NULL DEFAULT '[]'",
    # Whom a token stands for, at /Me; whoever is gone takes it along.
    "ALTER TABLE tokens ADD COLUMN user_id TEXT REFERENCES resources (id) ON DELETE CASCADE",
    "CREATE INDEX tokens_of_user ON tokens (user_id) WHERE user_id IS NOT NULL",
    # What filters read of a document, apart from it: a scan passes over so many bytes less.
    """CREATE TABLE searched (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        folded TEXT NOT NULL,
        lists TEXT NOT NULL,
        PRIMARY KEY (connection_id, kind, id)
    ) CLUSTERED""",
    """CREATE TABLE resource_keys (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        path TEXT NOT NULL,
        value TEXT NOT NULL,
        exclusive BOOLEAN NOT NULL,
        PRIMARY KEY (resource_id, path, value),
        FOREIGN KEY (team_id, connection_id, resource_id)
            REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE
    )""",
    "CREATE UNIQUE INDEX resource_keys_exclusive ON resource_keys (connection_id, path, value)"
    " WHERE exclusive",
    "CREATE INDEX resource_keys_by_value ON resource_keys (connection_id, path, value, resource_id)",
    """CREATE TABLE counts (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        resources BIGINT NOT NULL,
        PRIMARY KEY (connection_id, kind),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    "INSERT INTO counts SELECT team_id, connection_id, kind, count(*) FROM resources GROUP BY 1, 2, 3",
    """CREATE TABLE pending_members (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        group_id TEXT NOT NULL,
        value TEXT NOT NULL,
        folded TEXT NOT NULL,
        PRIMARY KEY (team_id, connection_id, group_id, value),
        FOREIGN KEY (team_id, connection_id, group_id)
            REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX pending_members_by_value ON pending_members (team_id, connection_id, folded)",
    # Each of the two ways begins with what only one of them is asked for. What both began with, a database
    # that knows little of the table took for a way: by all members of a connection to those of one group.
    *_members(
        "team_id, connection_id, group_id, member_id", "member_id, team_id, connection_id", " CLUSTERED"
    ),
)

BACKWARD = both(
    *_members("group_id, member_id", "team_id, connection_id, member_id", ""),
    *(f"DROP TABLE {name}" for name in ("pending_members", "counts", "resource_keys", "searched")),
    "DROP INDEX tokens_of_user",
    "ALTER TABLE tokens DROP COLUMN user_id",
    "ALTER TABLE teams DROP COLUMN schemas",
)


class Migration(migrations.Migration):
    """What SCIM in full needs."""

    dependencies = [("hub", "0001_the_house")]  # noqa: RUF012 - as Tortoise has it
    operations = [Statements(FORWARD, BACKWARD), Refolding()]  # noqa: RUF012
