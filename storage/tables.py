"""The tables of the operator's own work, as Tortoise's models; the others are met in SQL only.

Constraints stand in the migrations. A test holds these columns to the live schema.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Teams(Model):
    """Customers' accounts; *entries* counts the lines of the team's book."""

    id = fields.CharField(max_length=36, primary_key=True)
    name = fields.TextField()
    plan = fields.TextField()
    sso_issuer = fields.TextField(null=True)
    entries = fields.BigIntField(default=0)
    schemas = fields.TextField(default="[]")
    seating = fields.TextField(default="{}")
    booked_at = fields.TextField(default="")
    created_at = fields.TextField()

    class Meta:
        """The name of the table."""

        table = "teams"


class Connections(Model):
    """Identity providers' ways into teams; *domains* are separated by blanks."""

    id = fields.CharField(max_length=36, primary_key=True)
    team_id = fields.CharField(max_length=36)
    idp = fields.TextField()
    profile = fields.TextField()
    state = fields.TextField()
    domains = fields.TextField()
    provider_id = fields.TextField(null=True)
    guide = fields.TextField(null=True)
    revision = fields.BigIntField(default=0)
    created_at = fields.TextField()

    class Meta:
        """The name of the table."""

        table = "connections"


class Tokens(Model):
    """Credentials, of which only a keyed digest is kept."""

    key_id = fields.CharField(max_length=12, primary_key=True)
    team_id = fields.CharField(max_length=36)
    connection_id = fields.CharField(max_length=36, null=True)
    kind = fields.TextField()
    digest = fields.TextField()
    created_at = fields.TextField()
    expires_at = fields.TextField(null=True)
    revoked_at = fields.TextField(null=True)
    user_id = fields.TextField(null=True)
    used_at = fields.TextField(null=True)

    class Meta:
        """The name of the table."""

        table = "tokens"


class Exchanges(Model):
    """Requests and answers, kept for people to look at; *record* is JSON."""

    id = fields.BigIntField(primary_key=True)
    reference = fields.TextField()
    team_id = fields.TextField()
    connection_id = fields.TextField()
    at = fields.TextField()
    record = fields.TextField()
    status = fields.BigIntField(null=True)
    about = fields.TextField(null=True)

    class Meta:
        """The name of the table."""

        table = "exchanges"
