"""The settings as values: a class for each section of config.toml, with its defaults."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from .rules import Address, Age, Count, DatabaseUrl, Level, Limit, PublicUrl, Rate, ReturnTo, UnknownMembers


@frozen(kw_only=True)
class Server:
    """Where the hub listens, and what it lets a request have."""

    bind: Address = "127.0.0.1:8080"
    workers: Count = 1
    public_url: PublicUrl = ""
    data: Path = Path("data")
    body_max: Count = 1024 * 1024
    body_seconds: Count = 30
    stop_seconds: Count = 20


@frozen(kw_only=True)
class Database:
    """Where the hub keeps what it knows; without *url*, an SQLite file in the data folder."""

    url: DatabaseUrl = field(default="", repr=False)
    pool: Count = 10
    patience_seconds: Count = 15


@frozen(kw_only=True)
class Scim:
    """How large a SCIM request and its answer may be."""

    page_max: Count = 1000
    page_default: Count = 100
    cursor_seconds: Count = 3600
    operations_max: Count = 1000
    members_max: Limit = 0
    unknown_members: UnknownMembers = "refuse"
    bulk_operations_max: Count = 1000
    bulk_bytes_max: Count = 1024 * 1024
    filter_length_max: Count = 4096
    filter_terms_max: Count = 50
    filter_depth_max: Count = 20
    filter_seconds: Count = 10


@frozen(kw_only=True)
class Api:
    """What teams' products are told."""

    entitlement_seconds: Age = 300


@frozen(kw_only=True)
class Sso:
    """Which identity providers may be asked; *allow_private* is for those in one's own network."""

    allow_private: bool = False


@frozen(kw_only=True)
class SignIn:
    """Where a product may have people sent back to once they signed in: these addresses, and no other."""

    return_to: ReturnTo = ()


@frozen(kw_only=True)
class Rates:
    """Requests a second that one connection, or one key of the API, may make; 0 is no limit."""

    requests_per_second: Rate = 0
    removals_per_second: Rate = 0


@frozen(kw_only=True)
class Exchanges:
    """Which requests are kept for people to look at, and how long."""

    reads: bool = False
    days: Count = 30
    body_max: Count = 16 * 1024
    rows_max: Count = 1_000_000


@frozen(kw_only=True)
class PluginChoice:
    """Which installed plugins are left out."""

    blocked: tuple[str, ...] = ()


@frozen(kw_only=True)
class Log:
    """How much the hub says about its work."""

    level: Level = "info"


@frozen(kw_only=True)
class Settings:
    """Everything an operator may decide, a section each."""

    server: Server = Server()
    database: Database = Database()
    scim: Scim = Scim()
    api: Api = Api()
    sso: Sso = Sso()
    signin: SignIn = SignIn()
    rate: Rates = Rates()
    exchanges: Exchanges = Exchanges()
    plugins: PluginChoice = PluginChoice()
    log: Log = Log()
