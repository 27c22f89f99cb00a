"""The portal and single sign-on: providers, admins, links, sessions, sign-ins, and what was seen of each."""

from __future__ import annotations

from tortoise import migrations

from storage.ddl import Statements, both
from storage.refolding import Renaming

FORWARD = both(
    # Whom people sign in with. *settings* is JSON, its secrets sealed; who signed in to try it, and when.
    """CREATE TABLE providers (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL REFERENCES teams (id),
        protocol TEXT NOT NULL CHECK (protocol IN ('oidc', 'saml')),
        title TEXT NOT NULL,
        settings TEXT NOT NULL,
        domains TEXT NOT NULL,
        created_at TEXT NOT NULL,
        tested_at TEXT,
        tested_as TEXT,
        UNIQUE (team_id, id)
    )""",
    # The provider whose sign-ins are those of a connection's people.
    "ALTER TABLE connections ADD COLUMN provider_id TEXT REFERENCES providers (id)",
    # Which of its dialect's guides is followed: the first, where none is named.
    "ALTER TABLE connections ADD COLUMN guide TEXT",
    # How often the connection, or its team, was changed: what a write goes by is as it was read, or not.
    "ALTER TABLE connections ADD COLUMN revision BIGINT NOT NULL DEFAULT 0",
    """CREATE TABLE admins (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL REFERENCES teams (id),
        address TEXT NOT NULL,
        address_key TEXT NOT NULL,
        name TEXT,
        role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'auditor')),
        created_at TEXT NOT NULL,
        UNIQUE (team_id, id),
        UNIQUE (team_id, address_key)
    )""",
    # What lets somebody in once without sign-in, in a role (without a team, an operator's), or an outside
    # admin set up one connection until it expires.
    """CREATE TABLE links (
        key_id TEXT PRIMARY KEY,
        team_id TEXT REFERENCES teams (id),
        connection_id TEXT,
        role TEXT NOT NULL CHECK (role IN ('operator', 'owner', 'admin', 'auditor', 'setup')),
        digest TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT,
        revoked_at TEXT,
        CHECK ((role = 'operator') = (team_id IS NULL) AND (role = 'setup') = (connection_id IS NOT NULL)),
        UNIQUE (team_id, key_id),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    # Who a provider says that somebody is; about a person, an admin, or both, of the team.
    """CREATE TABLE subjects (
        provider_id TEXT NOT NULL,
        subject TEXT NOT NULL,
        team_id TEXT NOT NULL,
        person_id TEXT,
        admin_id TEXT,
        address TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        PRIMARY KEY (provider_id, subject),
        FOREIGN KEY (team_id, provider_id) REFERENCES providers (team_id, id) ON DELETE CASCADE,
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id),
        FOREIGN KEY (team_id, admin_id) REFERENCES admins (team_id, id)
    )""",
    "CREATE INDEX subjects_of_person ON subjects (team_id, person_id) WHERE person_id IS NOT NULL",
    "CREATE INDEX subjects_of_admin ON subjects (team_id, admin_id) WHERE admin_id IS NOT NULL",
    # Sign-ins under way; each is taken up once.
    """CREATE TABLE flows (
        id TEXT PRIMARY KEY,
        team_id TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        data TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        used_at TEXT,
        FOREIGN KEY (team_id, provider_id) REFERENCES providers (team_id, id) ON DELETE CASCADE
    )""",
    "CREATE INDEX flows_in_time ON flows (expires_at)",
    "CREATE INDEX flows_of_provider ON flows (team_id, provider_id)",
    # What a product exchanges for somebody's entitlement, once; kept by its digest.
    """CREATE TABLE codes (
        digest TEXT PRIMARY KEY,
        team_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        data TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        FOREIGN KEY (team_id, person_id) REFERENCES persons (team_id, id)
    )""",
    "CREATE INDEX codes_in_time ON codes (expires_at)",
    "CREATE INDEX codes_of_person ON codes (team_id, person_id)",
    # Who is signed in to the portal: *id* is a digest of what the browser holds. Without a team an operator.
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        team_id TEXT REFERENCES teams (id),
        role TEXT NOT NULL CHECK (role IN ('operator', 'owner', 'admin', 'auditor', 'setup')),
        who TEXT NOT NULL,
        admin_id TEXT,
        connection_id TEXT,
        link_id TEXT REFERENCES links (key_id),
        provider_id TEXT,
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        CHECK ((role = 'operator') = (team_id IS NULL) AND (role = 'setup') = (connection_id IS NOT NULL)),
        FOREIGN KEY (team_id, admin_id) REFERENCES admins (team_id, id) ON DELETE CASCADE,
        FOREIGN KEY (team_id, link_id) REFERENCES links (team_id, key_id),
        FOREIGN KEY (team_id, provider_id) REFERENCES providers (team_id, id) ON DELETE CASCADE,
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    "CREATE INDEX sessions_of_team ON sessions (team_id)",
    "CREATE INDEX sessions_of_admin ON sessions (team_id, admin_id) WHERE admin_id IS NOT NULL",
    "CREATE INDEX sessions_of_provider ON sessions (team_id, provider_id) WHERE provider_id IS NOT NULL",
    "CREATE INDEX sessions_in_time ON sessions (expires_at)",
    # What was seen of a connection: the first and the latest time, and of the latest the exchange, where it
    # is kept, and what there is to say of it.
    """CREATE TABLE sightings (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        fact TEXT NOT NULL,
        first_at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        reference TEXT,
        detail TEXT,
        PRIMARY KEY (connection_id, fact),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    # How much a connection asked in an hour (such as 2026-09-30T14): requests, how many of them were to
    # change something, and how many of these were refused.
    """CREATE TABLE traffic (
        team_id TEXT NOT NULL,
        connection_id TEXT NOT NULL,
        hour TEXT NOT NULL,
        requests BIGINT NOT NULL,
        writes BIGINT NOT NULL,
        failed BIGINT NOT NULL,
        PRIMARY KEY (connection_id, hour),
        FOREIGN KEY (team_id, connection_id) REFERENCES connections (team_id, id)
    )""",
    # When a token opened something last, to the minute.
    "ALTER TABLE tokens ADD COLUMN used_at TEXT",
    # What an exchange was answered, and the resource that it is about.
    "ALTER TABLE exchanges ADD COLUMN status BIGINT",
    "ALTER TABLE exchanges ADD COLUMN about TEXT",
    "CREATE INDEX exchanges_about ON exchanges (connection_id, about, id) WHERE about IS NOT NULL",
    "CREATE INDEX exchanges_by_reference ON exchanges (reference)",
    "CREATE INDEX exchanges_refused ON exchanges (connection_id, id) WHERE status >= 400",
    # Whom a user is about, so that people are found by its text without a look at the user itself.
    "ALTER TABLE searched ADD COLUMN person_id TEXT",
    "UPDATE searched SET person_id = (SELECT r.person_id FROM resources r WHERE r.id = searched.id)",
    # The name that an administrator said, as it is searched.
    "ALTER TABLE persons ADD COLUMN name_key TEXT",
    # How many seats of a kind came free on a day: the other half of `holdings_in_time`.
    "CREATE INDEX holdings_ended ON holdings (team_id, kind, until) WHERE until IS NOT NULL",
    # All seats that somebody ever held: without it, all that the team ever had were read for one person.
    "CREATE INDEX holdings_of_person ON holdings (team_id, person_id)",
)

#: SQLite gives a table that is there no composite key, and this one, which many refer to, is not made anew.
ANOTHERS = """BEFORE {} ON connections WHEN NEW.provider_id IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM providers WHERE team_id = NEW.team_id AND id = NEW.provider_id)
    BEGIN SELECT RAISE(ABORT, 'a connection has a provider of its own team'); END"""

FORWARD["sqlite"] += [
    f"CREATE TRIGGER providers_are_of_the_team {ANOTHERS.format('INSERT')}",
    f"CREATE TRIGGER providers_stay_of_the_team {ANOTHERS.format('UPDATE OF team_id, provider_id')}",
]
FORWARD["postgres"] += [
    "ALTER TABLE connections ADD FOREIGN KEY (team_id, provider_id) REFERENCES providers (team_id, id)"
]

BACKWARD = both(
    "DROP INDEX holdings_of_person",
    "DROP INDEX holdings_ended",
    "ALTER TABLE persons DROP COLUMN name_key",
    "ALTER TABLE searched DROP COLUMN person_id",
    "DROP INDEX exchanges_refused",
    "DROP INDEX exchanges_by_reference",
    "DROP INDEX exchanges_about",
    "ALTER TABLE exchanges DROP COLUMN about",
    "ALTER TABLE exchanges DROP COLUMN status",
    "ALTER TABLE tokens DROP COLUMN used_at",
    "ALTER TABLE connections DROP COLUMN guide",
    "ALTER TABLE connections DROP COLUMN provider_id",
    "ALTER TABLE connections DROP COLUMN revision",
    *(
        f"DROP TABLE {name}"
        for name in (
            "traffic",
            "sightings",
            "sessions",
            "codes",
            "flows",
            "subjects",
            "links",
            "admins",
            "providers",
        )
    ),
)

BACKWARD["sqlite"][:0] = [
    f"DROP TRIGGER {name}" for name in ("providers_stay_of_the_team", "providers_are_of_the_team")
]


class Migration(migrations.Migration):
    """What the portal and single sign-on need."""

    dependencies = [("hub", "0004_seats_in_full")]  # noqa: RUF012 - as Tortoise has it
    operations = [Statements(FORWARD, BACKWARD), Renaming()]  # noqa: RUF012
