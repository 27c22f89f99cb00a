"""Each command does its work on a hub that may just be new, for people and for scripts."""

import sqlite3

import pytest

TEAM = ("team", "create", "acme", "--seats", "5")
READY = (*TEAM, "--plan", "enterprise", "--sso-issuer", "https://sso.acme.example")
CONNECTION = ("connection", "create", "--team", "acme", "--idp", "generic")


def test_team(hub):
    """A team has the seats, the plan and the issuer that it was made with."""
    made = hub(*READY, "--json").json

    assert {"standard": {"bought": 5, "held": 0, "free": 5}} == made["seats"]
    assert ("acme", "enterprise", "https://sso.acme.example") == (
        made["name"],
        made["plan"],
        made["sso_issuer"],
    )
    assert made == hub("team", "show", "acme", "--json").json
    assert [made] == hub("team", "list", "--json").json
    assert "0 of 5 standard held" in hub("team", "show", "acme").out


@pytest.mark.parametrize("words", [("seats", "acme"), ("seat-kind", "list", "acme")], ids=" ".join)
def test_seats(hub, words):
    """The seats of a team are told by kind; the short word tells what the long one does."""
    hub(*TEAM)
    (told,) = hub(*words, "--json").json.values()

    assert {"bought": 5, "held": 0, "free": 5, "waiting": 0, "policy": "refuse"}.items() <= told.items()
    assert "Kind Bought Held Free Waiting" in " ".join(hub(*words).out.split())
    assert "standard 5 0 5 0 refuse" in " ".join(hub(*words).out.split())


def test_connection_is_made_with_what_to_paste(hub, monkeypatch):
    """A connection comes with endpoint and token, the endpoint under the name that providers call."""
    hub(*READY)

    made = hub(*CONNECTION, "--on", "--json").json

    assert ["connection", "idp", "base_url", "token"] == list(made)
    assert f"http://127.0.0.1:8080/scim/v2/{made['connection']}" == made["base_url"]
    assert made["token"].startswith("hub_")
    monkeypatch.setenv("HUB_SERVER__PUBLIC_URL", "https://scim.acme.example")
    assert hub("connection", "show", made["connection"], "--json").json == {
        "connection": made["connection"],
        "team": "acme",
        "idp": "generic",
        "profile": "tolerant",
        "state": "on",
        "domains": [],
        "base_url": f"https://scim.acme.example/scim/v2/{made['connection']}",
    }


def test_connection_says_what_comes_next(hub):
    """For a person, the token is shown with the sentence on what to do."""
    hub(*READY)

    told = hub(*CONNECTION, "--profile", "strict", "--domain", "acme.example", "b.example").out

    assert "Token       hub_" in told
    assert "then: hub connection on " in told
    [made] = hub("connection", "list", "--team", "acme", "--json").json
    assert ("strict", "draft", ["acme.example", "b.example"]) == (
        made["profile"],
        made["state"],
        made["domains"],
    )


def test_connection_is_turned(hub):
    """A connection can be turned on, paused and turned off."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]

    states = [hub("connection", turn, connection, "--json").json["state"] for turn in ("on", "pause", "off")]

    assert ["on", "paused", "off"] == states


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ((), ["plan", "SSO issuer"]),
        (("--plan", "enterprise"), ["SSO issuer"]),
        (("--sso-issuer", "https://sso.acme.example"), ["plan"]),
    ],
)
def test_on_wants_plan_and_issuer(hub, more, missing):
    """SCIM is only turned on for a team that has both; what is missing is named, and nothing is made."""
    hub(*TEAM, *more)

    refused = hub(*CONNECTION, "--on")

    assert (1, "") == (refused.code, refused.out)
    assert missing == [
        word for word in ("plan", "SSO issuer") if word in refused.err.replace("its plan", "plan")
    ]
    assert [] == hub("connection", "list", "--json").json


def test_token_is_shown_once(hub):
    """A new token is shown when it is made, listed without its secret, and revoked by its id."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]

    made = hub("token", "create", connection, "--expires", "2099-01-31", "--json").json

    listed = hub("token", "list", connection)
    assert made["token"].split("_")[2] not in listed.out
    assert ("2099-01-31T00:00:00.000Z", None) == (made["expires_at"], made["revoked_at"])
    assert [None, made["expires_at"]] == [
        token["expires_at"] for token in hub("token", "list", connection, "--json").json
    ]
    assert hub("token", "revoke", made["key_id"], "--json").json["revoked_at"] is not None


def test_a_token_is_rotated(hub):
    """The next one is shown once; the one before it ends; the list says when each was used."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]
    made = hub("token", "rotate", connection, "--json").json
    first, second = hub("token", "list", connection, "--json").json

    assert made["key_id"] == second["key_id"]
    assert made["base_url"].endswith(connection)
    assert (True, None) == (first["expires_at"] is not None, second["expires_at"])
    assert [None, None] == [first["used_at"], second["used_at"]]


def test_a_token_for_a_user_needs_the_user(hub):
    """A token that is to stand for a user who is not there is not made; the list has a column for users."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]
    ended = hub("token", "create", connection, "--user", "nobody")

    assert (1, "") == (ended.code, ended.out)
    assert f"connection {connection} has no user 'nobody'" in ended.err
    assert [None] == [token["user"] for token in hub("token", "list", connection, "--json").json]
    assert hub("token", "list", connection).out.split()[:5] == [
        "Token",
        "Created",
        "Expires",
        "Revoked",
        "User",
    ]


def test_a_token_of_kind_api_is_the_team_s(hub):
    """It is made for a team and shown once, listed among the team's and no connection's, and revoked."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]
    made = hub("token", "create", "--kind", "api", "acme", "--expires", "2099-01-31", "--json").json
    [listed] = hub("token", "list", "--team", "acme", "--json").json

    assert made == {**listed, "base_url": made["base_url"], "token": made["token"]}
    team = hub("team", "show", "acme", "--json").json["id"]
    assert f"http://127.0.0.1:8080/api/v1/teams/{team}" == made["base_url"]
    assert ("2099-01-31T00:00:00.000Z", None) == (listed["expires_at"], listed["user"])
    assert made["token"].split("_")[2] not in hub("token", "list", "--team", "acme").out
    assert made["key_id"] not in hub("token", "list", connection).out
    assert hub("token", "revoke", made["key_id"], "--json").json["revoked_at"] is not None
    assert hub("token", "list", "--team", "acme", "--json").json[0]["revoked_at"] is not None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("create", "--kind", "api", "nobody"), "no team 'nobody'"),
        (("create", "--kind", "api", "acme", "--user", "u1"), "--user is for tokens of a connection"),
        (("create", "acme"), "no connection 'acme'"),
        (("list",), "whose tokens?"),
        (("list", "c1", "--team", "acme"), "whose tokens?"),
        (("list", "--team", "nobody"), "no team 'nobody'"),
    ],
)
def test_whose_a_token_is_has_to_fit_its_kind(hub, words, why):
    """The sentence says what does not, and nothing is made."""
    hub(*READY)
    refused = hub("token", *words)

    assert (1, "") == (refused.code, refused.out)
    assert why in refused.err
    assert [] == hub("token", "list", "--team", "acme", "--json").json


def test_book(hub):
    """The book shows every entry with its postings."""
    hub(*TEAM)

    [entry] = hub("book", "show", "acme", "--json").json["entries"]

    assert ["number", "at", "what", "reference", "postings"] == list(entry)
    assert (1, "bought") == (entry["number"], entry["what"])
    assert [{"source": "bought", "target": "free", "seat": "standard", "count": 5}] == entry["postings"]
    assert "5 standard: bought → free" in hub("book", "show", "acme").out


def test_whole_books_verify(hub):
    """A book that is whole ends with code 0, one team's or all."""
    hub(*TEAM)
    hub("team", "create", "other", "--seats", "1")

    assert 0 == hub("book", "verify", "acme").code
    assert ["acme", "other"] == hub("book", "verify", "--json").json["whole"]


def test_broken_book_is_told(hub, tmp_path):
    """A book that was tampered with ends with code 1 and the first bad entry on stderr."""
    hub(*TEAM)
    with sqlite3.connect(tmp_path / "data" / "hub.sqlite") as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("UPDATE entries SET number = 2")
    database.close()

    ended = hub("book", "verify")

    assert (1, "") == (ended.code, ended.out)
    assert "acme: entry 2 stands where 1 was expected" in ended.err


def test_plugins(hub):
    """The plugins are listed with what they bring; one that is blocked is not."""
    assert "generic" in [plugin["name"] for plugin in hub("plugins", "--json").json]
    assert "generic" in hub("plugins").out


def test_blocked_plugin(hub, monkeypatch):
    """A blocked plugin is not there, and its dialect is not spoken."""
    hub(*TEAM)
    monkeypatch.setenv("HUB_PLUGINS__BLOCKED", "generic")

    assert "generic" not in [plugin["name"] for plugin in hub("plugins", "--json").json]
    assert "no plugin speaks 'generic'" in hub(*CONNECTION).err


def test_check(hub):
    """A hub in order is told to be."""
    assert "All is well.\n" == hub("check").out


def test_check_tells_all_that_is_wrong(hub, tmp_path):
    """Every fault of the settings is told at once, with its path, on stderr."""
    config = tmp_path / "config.toml"
    config.write_text("[server]\nworkers = 0\n[log]\nlevel = 'loud'\n")

    ended = hub("check", "--config", str(config))

    assert (1, "") == (ended.code, ended.out)
    assert ["log.level", "server.workers"] == sorted(line.split(":")[0] for line in ended.err.splitlines())


def test_check_tells_of_the_key(hub, tmp_path):
    """A key that others may read is a fault."""
    hub("seats", "none")
    (tmp_path / "data" / "secret.key").chmod(0o644)

    ended = hub("check")

    assert 1 == ended.code
    assert ended.err.startswith("key: ")


def test_check_makes_nothing(hub, tmp_path):
    """Looking at a hub that is not there yet leaves nothing behind."""
    assert 0 == hub("check").code
    assert not (tmp_path / "data").exists()


def test_check_tells_settings_key_and_database_together(hub, tmp_path, monkeypatch):
    """Faults of settings hide neither those of the key nor those of the database."""
    hub(*TEAM)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    with sqlite3.connect(tmp_path / "data" / "hub.sqlite") as database:
        database.execute("DELETE FROM tortoise_migrations")
    database.close()
    monkeypatch.setenv("HUB_SERVER__WORKERS", "--5")

    ended = hub("check")

    assert (1, "") == (ended.code, ended.out)
    assert ["HUB_SERVER__WORKERS", "key", f"database ({tmp_path / 'data' / 'hub.sqlite'})"] == [
        line.split(":")[0] for line in ended.err.splitlines()
    ]


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("HUB_DATABASE__URL", "postgres://db", ["HUB_DATABASE__URL", "key"]),
        ("HUB_SERVER__DATA", "", ["HUB_SERVER__DATA"]),
    ],
)
def test_check_looks_at_no_other_hub(hub, tmp_path, monkeypatch, variable, value, told):
    """Where it cannot be read which folder or database is meant, the one by default is not taken for it."""
    monkeypatch.chdir(tmp_path)
    hub(*TEAM)
    (tmp_path / "data" / "secret.key").chmod(0o644)
    (tmp_path / "data" / "hub.sqlite").write_bytes(b"no database at all")
    monkeypatch.delenv("HUB_DATA")
    monkeypatch.setenv(variable, value)

    assert told == [line.split(":")[0] for line in hub("check").err.splitlines()]


def test_check_names_connections_that_nobody_speaks_for(hub, monkeypatch):
    """A connection whose dialect went with its plugin is named, and other commands still work."""
    hub(*READY)
    connection = hub(*CONNECTION, "--json").json["connection"]
    assert 0 == hub("check").code
    monkeypatch.setenv("HUB_PLUGINS__BLOCKED", "generic")

    ended = hub("check")

    assert 1 == ended.code
    assert f"connection {connection}: no plugin speaks 'generic'" in ended.err
    assert "off" == hub("connection", "off", connection, "--json").json["state"]
    assert 0 == hub("check").code


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("team", "show", "none"), "there is no team 'none'"),
        (("seats", "none"), "there is no team 'none'"),
        (("book", "show", "none"), "there is no team 'none'"),
        (("book", "verify", "none"), "there is no team 'none'"),
        (("connection", "show", "none"), "there is no connection 'none'"),
        (("connection", "on", "none"), "there is no connection 'none'"),
        (("token", "list", "none"), "there is no connection 'none'"),
        (("token", "create", "none", "--expires", "soon"), "--expires soon: expected a day"),
        (("token", "create", "none", "--user", "1"), "there is no connection 'none'"),
        (("token", "revoke", "none"), "there is no token 'none'"),
        (("exchanges", "none"), "there is no connection 'none'"),
        (("serve", "--config", "none.toml"), "none.toml: cannot be read"),
        (("serve", "--bind", "nowhere"), "--bind: expected HOST:PORT"),
        (("demo", "--bind", "nowhere"), "--bind: expected HOST:PORT"),
        (("serve", "--workers", "0"), "--workers: expected at least 1"),
        (("team", "create", "acme", "--seats", "9" * 20), "a team can buy at most 2147483647 seats"),
        (
            ("team", "list", "--data", "/dev/null/data"),
            "server.data: /dev/null/data cannot be made: Not a directory",
        ),
        (("serve", "--bind", "127.0.0.1:0", "--data", "/dev/null/data"), "/dev/null/data cannot be made"),
        (("check", "--data", "/dev/null/data"), "server.data: /dev/null/data cannot be made"),
        (("team", "show", "no\x1b[31mne"), "there is no team 'none'"),
    ],
)
def test_what_cannot_be_done_is_told(hub, words, sentence):
    """What is not there, or means nothing, ends with code 1 and a sentence on stderr."""
    ended = hub(*words, "--json")

    assert (1, "") == (ended.code, ended.out)
    assert sentence in ended.err


@pytest.mark.parametrize(
    "words", [("team", "create", "acme"), ("teem",), ("team", "create", "a", "--seats", "x")]
)
def test_wrong_usage_is_told(hub, words):
    """A command line that is none ends with a code that is not 0, on stderr."""
    ended = hub(*words)

    assert ended.code not in {0, None}
    assert ("", True) == (ended.out, "Error" in ended.err)


def test_postgres_wants_migrating(hub, monkeypatch, postgres):
    """A PostgreSQL is only migrated when told to; until then each command names the one that does."""
    url = postgres.create_database()
    monkeypatch.setenv("HUB_DATABASE__URL", url)

    assert all("run `hub migrate`" in hub(*words).err for words in (TEAM, ("check",), ("serve",)))
    assert 0 == hub("migrate").code
    assert 5 == hub(*TEAM, "--json").json["seats"]["standard"]["free"]
    assert 0 == hub("check").code
    postgres.drop_database(url)
