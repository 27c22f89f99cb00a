"""Teams, people, resources, seats, the book, the outbox, exchanges."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both

TABLES = both(
    """CREATE TABLE teams (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        plan TEXT NOT NULL,
        sso_issuer TEXT,
        entries BIGINT NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL
    )""",
    """CREATE TABLE connections (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL REFERENCES teams (id),
        idp TEXT NOT NULL,
        profile TEXT NOT NULL CHECK (profile IN ('tolerant', 'strict')),
        state TEXT NOT NULL CHECK (state IN ('draft', 'on', 'paused', 'off')),
        domains TEXT NOT NULL,
        created_at TEXT NOT NULL,
        UNIQUE (team_id, id)
    )""",
    """CREATE TABLE tokens (
        key_id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('scim')),
        digest TEXT NOT NULL,
        created_at TEXT NOT NULL,
        expires_at TEXT,
        revoked_at TEXT,
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    "CREATE INDEX tokens_of_connection ON tokens (connection_id)",
    """CREATE TABLE persons (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL REFERENCES teams (id),
        claims BIGINT NOT NULL CHECK (claims >= 0),
        unsettled BOOLEAN NOT NULL DEFAULT FALSE,
        UNIQUE (team_id, id)
    )""",
    "CREATE INDEX persons_unsettled ON persons (team_id, id) WHERE unsettled",
    """CREATE TABLE person_keys (
        team_id TEXT NOT NULL,
        address TEXT NOT NULL,
        person_id TEXT NOT NULL,
        PRIMARY KEY (team_id, address),
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE TABLE resources (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('User', 'Group')),
        document TEXT NOT NULL,
        name_key TEXT NOT NULL,
        exclusive BOOLEAN NOT NULL,
        external_id TEXT,
        active BOOLEAN NOT NULL,
        person_id TEXT,
        version BIGINT NOT NULL,
        created TEXT NOT NULL,
        modified TEXT NOT NULL,
        UNIQUE (team_id, connection_id, id),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id),
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id),
        CHECK ((kind = 'User') = (person_id IS NOT NULL))
    )""",
    "CREATE UNIQUE INDEX resources_exclusive ON resources (connection_id, kind, name_key) WHERE exclusive",
    "CREATE INDEX resources_by_name ON resources (connection_id, kind, name_key)",
    "CREATE INDEX resources_by_external_id ON resources (connection_id, kind, external_id)",
    "CREATE INDEX resources_in_order ON resources (connection_id, kind, id)",
    "CREATE INDEX resources_of_person ON resources (team_id, person_id)",
    """CREATE TABLE members (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        group_id TEXT NOT NULL,
        member_id TEXT NOT NULL,
        PRIMARY KEY (group_id, member_id),
        FOREIGN KEY (team_id, connection_id, group_id)
            REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE,
        FOREIGN KEY (team_id, connection_id, member_id)
            REFERENCES resources (team_id, connection_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX members_by_member ON members (team_id, connection_id, member_id)",
    """CREATE TABLE seats (
        team_id TEXT NOT NULL REFERENCES teams (id),
        kind TEXT NOT NULL,
        bought BIGINT NOT NULL CHECK (bought >= 0),
        overdraft BIGINT NOT NULL DEFAULT 0 CHECK (overdraft >= 0),
        held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
        PRIMARY KEY (team_id, kind)
    )""",
    """CREATE TABLE holdings (
        id SERIAL,
        team_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        since TEXT NOT NULL,
        until TEXT,
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id),
        FOREIGN KEY (team_id, kind) REFERENCES seats (team_id, kind)
    )""",
    "CREATE UNIQUE INDEX holdings_open ON holdings (team_id, person_id) WHERE until IS NULL",
    """CREATE TABLE entries (
        team_id TEXT NOT NULL REFERENCES teams (id),
        number BIGINT NOT NULL CHECK (number >= 1),
        at TEXT NOT NULL,
        what TEXT NOT NULL,
        reference TEXT NOT NULL,
        postings TEXT NOT NULL,
        PRIMARY KEY (team_id, number)
    )""",
    """CREATE TABLE outbox (
        id SERIAL,
        transaction_id TRANSACTION_ID,
        team_id TEXT NOT NULL REFERENCES teams (id),
        connection_id TEXT,
        reference TEXT NOT NULL,
        event TEXT NOT NULL,
        at TEXT NOT NULL
    )""",
    "CREATE INDEX outbox_in_order ON outbox (transaction_id, id)",
    "CREATE INDEX outbox_by_reference ON outbox (reference)",
    """CREATE TABLE leases (
        listener TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        until TEXT NOT NULL,
        transaction_id BIGINT NOT NULL DEFAULT 0,
        event_id BIGINT NOT NULL DEFAULT 0
    )""",
    """CREATE TABLE exchanges (
        id SERIAL,
        reference TEXT NOT NULL,
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        at TEXT NOT NULL,
        record TEXT NOT NULL
    )""",
    "CREATE INDEX exchanges_of_connection ON exchanges (connection_id, id)",
    "CREATE INDEX exchanges_by_age ON exchanges (at)",
)

GUARDS = {
    "sqlite": [
        """CREATE TRIGGER seats_not_oversold BEFORE UPDATE OF held ON seats
        WHEN NEW.held > OLD.held AND NEW.held > NEW.bought + NEW.overdraft
        BEGIN SELECT RAISE(ABORT, 'seats oversold'); END""",
        """CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END""",
        """CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the book is append-only'); END""",
    ],
    "postgres": [
        """CREATE FUNCTION refuse_oversold() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'seats oversold'; END $$""",
        """CREATE TRIGGER seats_not_oversold BEFORE UPDATE OF held ON seats FOR EACH ROW
        WHEN (NEW.held > OLD.held AND NEW.held > NEW.bought + NEW.overdraft)
        EXECUTE FUNCTION refuse_oversold()""",
        """CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the book is append-only'; END $$""",
        """CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()""",
    ],
}

NAMES = (
    "exchanges leases outbox entries holdings seats members resources person_keys persons tokens "
    "connections teams"
)
DROPS = both(*(f"DROP TABLE {name}" for name in NAMES.split()))
DROPS["postgres"] += ["DROP FUNCTION refuse_oversold", "DROP FUNCTION refuse_rewriting"]


class Migration(migrations.Migration):
    """The first schema."""

    initial = True
    operations = [Statements(TABLES, DROPS), Statements(GUARDS, {"sqlite": [], "postgres": []})]  # noqa: RUF012 - as Tortoise has it
