"""Seats in full: kinds with policies, the queue, who was refused, seals, the audit, keys of the product."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both


def _tokens(owner: str, checks: str, chosen: str) -> tuple[str, ...]:
    """Return the statements that make the table of tokens anew, whose *owner* and *checks* change."""
    columns = "key_id, team_id, connection_id, kind, digest, created_at, expires_at, revoked_at, user_id"
    return (
        "DROP INDEX tokens_of_connection",
        "DROP INDEX tokens_of_user",
        "ALTER TABLE tokens RENAME TO tokens_before",
        f"""CREATE TABLE tokens (
            key_id TEXT PRIMARY KEY,
            team_id TEXT NOT NULL REFERENCES teams (id),
            connection_id TEXT {owner},
            kind TEXT NOT NULL CHECK ({checks}),
            digest TEXT NOT NULL,
            created_at TEXT NOT NULL,
            expires_at TEXT,
            revoked_at TEXT,
            user_id TEXT REFERENCES resources (id) ON DELETE CASCADE,
            FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
        )""",
        f"INSERT INTO tokens ({columns}) SELECT {columns} FROM tokens_before{chosen}",
        "DROP TABLE tokens_before",
        "CREATE INDEX tokens_of_connection ON tokens (connection_id)",
        "CREATE INDEX tokens_of_user ON tokens (user_id) WHERE user_id IS NOT NULL",
    )


FORWARD = both(
    # The rules that choose a person's kind of seat, as `hub.engine.seats.seating` writes them.
    "ALTER TABLE teams ADD COLUMN seating TEXT NOT NULL DEFAULT '{}'",
    # When the latest entry was written: entries never go back in time.
    "ALTER TABLE teams ADD COLUMN booked_at TEXT NOT NULL DEFAULT ''",
    "UPDATE teams SET booked_at = COALESCE((SELECT max(at) FROM entries WHERE team_id = teams.id), '')",
    # What becomes of whoever finds no seat of the kind left, and for how long a freed one is kept, seconds.
    "ALTER TABLE seats ADD COLUMN policy TEXT NOT NULL DEFAULT 'refuse'"
    " CHECK (policy IN ('refuse', 'wait', 'overflow', 'overdraft'))",
    "ALTER TABLE seats ADD COLUMN overflow TEXT",
    "ALTER TABLE seats ADD COLUMN grace BIGINT NOT NULL DEFAULT 0 CHECK (grace >= 0)",
    # How many wait, the last number of the queue, and the share in use that was told of last, per cent.
    "ALTER TABLE seats ADD COLUMN waiting BIGINT NOT NULL DEFAULT 0 CHECK (waiting >= 0)",
    "ALTER TABLE seats ADD COLUMN tickets BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE seats ADD COLUMN told BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX seats_waited_for ON seats (team_id, kind) WHERE waiting > 0",
    # Vouched for by an administrator, who may have said a name; shut out by one, and why; when their seat
    # is to be settled next.
    "ALTER TABLE persons ADD COLUMN by_hand BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE persons ADD COLUMN name TEXT",
    "ALTER TABLE persons ADD COLUMN suspended TEXT",
    "ALTER TABLE persons ADD COLUMN settle_at TEXT",
    "CREATE INDEX persons_to_settle ON persons (settle_at) WHERE settle_at IS NOT NULL",
    """CREATE TABLE waiting (
        team_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        number BIGINT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (team_id, person_id),
        UNIQUE (team_id, kind, number),
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id),
        FOREIGN KEY (team_id, kind) REFERENCES seats (team_id, kind)
    )""",
    """CREATE TABLE refused (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        name_key TEXT NOT NULL,
        user_name TEXT NOT NULL,
        kind TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        attempts BIGINT NOT NULL,
        reference TEXT NOT NULL,
        PRIMARY KEY (connection_id, name_key),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    "CREATE INDEX holdings_in_time ON holdings (team_id, kind, since)",
    # Of entries only the few that taking and releasing seats does not write: it pays nothing for these.
    "CREATE INDEX entries_bought ON entries (team_id, at) WHERE what IN ('bought', 'returned')",
    "CREATE INDEX entries_moved ON entries (team_id, at) WHERE what = 'moved'",
    """CREATE TABLE seals (
        team_id TEXT NOT NULL REFERENCES teams (id),
        number BIGINT NOT NULL CHECK (number >= 1),
        last BIGINT NOT NULL,
        at TEXT NOT NULL,
        head TEXT NOT NULL,
        signature TEXT NOT NULL,
        PRIMARY KEY (team_id, number)
    )""",
    """CREATE TABLE audit (
        id SERIAL,
        team_id TEXT NOT NULL REFERENCES teams (id),
        reference TEXT NOT NULL,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        person_id TEXT,
        why TEXT,
        changes TEXT NOT NULL
    )""",
    "CREATE INDEX audit_of_team ON audit (team_id, id)",
    "CREATE INDEX audit_by_reference ON audit (reference)",
    "CREATE INDEX audit_of_person ON audit (team_id, person_id) WHERE person_id IS NOT NULL",
    # The product's own keys are a team's, of no connection.
    *_tokens(
        "", "(kind = 'scim' AND connection_id IS NOT NULL) OR (kind = 'api' AND connection_id IS NULL)", ""
    ),
)

GUARDS = {
    "sqlite": [
        """CREATE TRIGGER seals_stay BEFORE UPDATE ON seals
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END""",
        """CREATE TRIGGER seals_are_kept BEFORE DELETE ON seals
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END""",
        # REPLACE deletes what stands in its way without a word to the triggers of DELETE.
        *(
            f"""CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE team_id = NEW.team_id AND number = NEW.number)
            OR EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)
            BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END"""
            for table in ("entries", "seals")
        ),
        """CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END""",
    ],
    "postgres": [
        """CREATE TRIGGER seals_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON seals
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()""",
        """CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$""",
        """CREATE TRIGGER audit_is_kept BEFORE DELETE OR TRUNCATE ON audit
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_forgetting()""",
    ],
}

BACKWARD = both(
    *_tokens("NOT NULL", "kind IN ('scim')", " WHERE kind = 'scim'"),
    *(f"DROP TABLE {name}" for name in ("audit", "seals", "refused", "waiting")),
    *(
        f"DROP INDEX {name}"
        for name in (
            "entries_moved",
            "entries_bought",
            "holdings_in_time",
            "persons_to_settle",
            "seats_waited_for",
        )
    ),
    *(f"ALTER TABLE persons DROP COLUMN {name}" for name in ("settle_at", "suspended", "name", "by_hand")),
    *(
        f"ALTER TABLE seats DROP COLUMN {name}"
        for name in ("told", "tickets", "waiting", "grace", "overflow", "policy")
    ),
    *(f"ALTER TABLE teams DROP COLUMN {name}" for name in ("booked_at", "seating")),
)

BACKWARD["sqlite"] += ["DROP TRIGGER entries_are_not_replaced"]
BACKWARD["postgres"] += ["DROP FUNCTION refuse_forgetting"]


class Migration(migrations.Migration):
    """What seats in full need."""

    dependencies = [("hub", "0003_indexes_at_size")]  # noqa: RUF012 - as Tortoise has it
    operations = [Statements(FORWARD, BACKWARD), Statements(GUARDS, {"sqlite": [], "postgres": []})]  # noqa: RUF012
