"""Settings are read whole and strictly, and every fault is told at once."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from hub.settings import Settings, SettingsError, read_settings

EXAMPLE = Path(__file__).parent.parent / "config.example.toml"


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Path]:
    """Write settings to a file and return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


def faults(config: Path | None = None, **environ: str) -> list[str]:
    """Return what is wrong with settings that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        read_settings(config, None, environ)
    return caught.value.faults


def test_nothing_said_is_the_default():
    """Without file and environment the defaults hold."""
    assert Settings() == read_settings(None, None, {})


def test_the_example_is_the_default():
    """The operator's manual names every setting, in order, with its default."""
    expected = attrs.asdict(Settings())
    expected["server"]["data"] = str(expected["server"]["data"])
    expected["plugins"]["blocked"] = list(expected["plugins"]["blocked"])
    expected["signin"]["return_to"] = list(expected["signin"]["return_to"])

    written = tomllib.loads(EXAMPLE.read_text())

    assert expected == written
    assert [list(section) for section in expected.values()] == [list(section) for section in written.values()]
    assert Settings() == read_settings(EXAMPLE, None, {})


def test_the_example_explains_every_setting():
    """Above each setting of the operator's manual stands one sentence."""
    lines = EXAMPLE.read_text().splitlines()

    settings = [(above, line) for above, line in itertools.pairwise(lines) if re.match(r"\w+ = ", line)]

    assert [] == [line for above, line in settings if not above.startswith("# ")]


def test_the_later_word_wins(config):
    """A flag wins over the environment, the environment over the file, the file over the default."""
    file = config('[server]\nworkers = 2\nbind = "127.0.0.1:1"\ndata = "file"\n')
    environ = {"HUB_SERVER__BIND": "127.0.0.1:2", "HUB_SERVER__DATA": "environment"}

    server = read_settings(file, Path("flag"), environ).server

    assert (2, "127.0.0.1:2", Path("flag")) == (server.workers, server.bind, server.data)


def test_environment_names_file_and_folder(config):
    """HUB_CONFIG and HUB_DATA stand in for the flags, where there is no command line."""
    file = config("[server]\nworkers = 3\n")

    server = read_settings(None, None, {"HUB_CONFIG": str(file), "HUB_DATA": "there"}).server

    assert (3, Path("there")) == (server.workers, server.data)


def test_environment_is_read_by_kind():
    """A variable becomes what the setting is: a number, a boolean, a list."""
    environ = {"HUB_SCIM__PAGE_MAX": "400", "HUB_EXCHANGES__READS": "True", "HUB_PLUGINS__BLOCKED": "a, b"}

    settings = read_settings(None, None, environ)

    assert 400 == settings.scim.page_max
    assert settings.exchanges.reads is True
    assert ("a", "b") == settings.plugins.blocked


@pytest.mark.parametrize(
    "url", ["", "https://hub.example", "https://a.example:8443/hub", "http://localhost:8080"]
)
def test_a_public_url_is_safe_from_listeners(url):
    """On this machine plain HTTP will do: elsewhere nobody could sign in, since cookies are for HTTPS."""
    assert url == read_settings(None, None, {"HUB_SERVER__PUBLIC_URL": url}).server.public_url


def test_other_variables_are_let_be():
    """Variables that are no settings are not looked at."""
    assert Settings() == read_settings(None, None, {"HUB_SECRET_KEY": "x", "HUB_FAILPOINT": "y", "PATH": "z"})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[exchanges]\nreads = 'False'", "exchanges.reads: expected true or false"),
        ("[exchanges]\nreads = 1", "exchanges.reads: expected true or false"),
        ("[server]\nworkers = '2'", "server.workers: expected a whole number"),
        ("[server]\nworkers = true", "server.workers: expected a whole number"),
        ("[server]\nworkers = 2.0", "server.workers: expected a whole number"),
        ("[server]\nworkers = 0", "server.workers: expected at least 1"),
        ("[server]\nbind = 8080", "server.bind: expected text"),
        ("[server]\nbind = 'localhost'", "server.bind: expected HOST:PORT, as in 127.0.0.1:8080"),
        ("[server]\nbind = 'localhost:99999'", "server.bind: expected HOST:PORT, as in 127.0.0.1:8080"),
        *(
            (
                f"[server]\npublic_url = '{url}'",
                "expected https://, or http:// on this machine, without a slash",
            )
            for url in ("scim.example", "http://scim.example", "http://localhost.evil.example", "https://[")
        ),
        ("[server]\ndata = ''", "server.data: expected a folder"),
        ("[database]\nurl = 'mysql://x'", "database.url: expected postgres://user:password@host/name"),
        ("[rate]\nrequests_per_second = 24", "rate.requests_per_second: expected 0 (no limit) or"),
        ("[rate]\nremovals_per_second = -1", "rate.removals_per_second: expected 0 (no limit) or"),
        ("[scim]\npage_default = 2000", "scim.page_default: expected at most scim.page_max"),
        (
            "[database]\npatience_seconds = 20",
            "server.stop_seconds: expected more than database.patience_seconds",
        ),
        ("[server]\nstop_seconds = 15", "server.stop_seconds: expected more than database.patience_seconds"),
        ("[plugins]\nblocked = 'one'", "plugins.blocked: expected a list of texts"),
        ("[plugins]\nblocked = [1]", "plugins.blocked: expected a list of texts"),
        ("[log]\nlevel = 'loud'", "log.level: expected one of debug, info, warning, error"),
        ("[log]\nlevel = []", "log.level: expected one of debug, info, warning, error"),
        ("server = 1", "server: expected a table"),
        ("[server]\nworker = 1", "server.worker: unknown; did you mean 'workers'?"),
        ("[sever]", "sever: unknown; did you mean 'server'?"),
        ("xyz = 1", "xyz: unknown"),
        ("xyz", "is not TOML"),
    ],
)
def test_fault_names_its_place(config, text, fault):
    """What cannot be used is told with its path and what was expected; nothing is guessed."""
    [told] = faults(config(text))

    assert fault in told


def test_all_faults_at_once(config):
    """An operator sees everything that is wrong in one go, where it was said."""
    file = config("[server]\nworkers = 0\nbnd = ''\n[log]\nlevel = 'loud'\n")

    assert {
        "server.workers: expected at least 1",
        "server.bnd: unknown; did you mean 'bind'?",
        "log.level: expected one of debug, info, warning, error",
        "HUB_SCIM__PAGE_MAX: expected a whole number",
        "HUB_SERVER__PORT: unknown",
    } == set(faults(file, HUB_SCIM__PAGE_MAX="many", HUB_SERVER__PORT="1"))


@pytest.mark.parametrize("text", ["--5", "-", "5-", "5.0", "9" * 5000, "٣"])
def test_number_that_is_none(text):
    """Text that is no number stays a fault of its variable, however close it comes."""
    assert ["HUB_SERVER__WORKERS: expected a whole number"] == faults(HUB_SERVER__WORKERS=text)


def test_flag_that_is_wrong_is_blamed_itself():
    """What was said on the command line is told by its flag, whatever the environment holds."""
    with pytest.raises(SettingsError) as caught:
        read_settings(None, None, {"HUB_SERVER__BIND": "127.0.0.1:1"}, bind="nonsense", workers=0)

    assert [
        "--bind: expected HOST:PORT, as in 127.0.0.1:8080",
        "--workers: expected at least 1",
    ] == sorted(caught.value.faults)


def test_what_is_right_is_read_beside_what_is_wrong(config):
    """A fault comes with all that could be read, and with the paths that could not."""
    file = config(
        "xyz = 1\n[server]\nworkers = 0\nbnd = ''\ndata = 'there'\n[scim]\npage_max = 7\n[log]\nlevel = 1\n"
    )

    with pytest.raises(SettingsError) as caught:
        read_settings(file, None, {})

    assert {"xyz", "server.workers", "server.bnd", "log.level", "scim.page_default"} == caught.value.wrong
    assert caught.value.rest is not None
    assert (Path("there"), 1, 7) == (
        caught.value.rest.server.data,
        caught.value.rest.server.workers,
        caught.value.rest.scim.page_max,
    )


def test_rules_between_two_settings_want_both(config):
    """Nothing is said of how a setting fits another one that could not be read."""
    assert ["database.patience_seconds: expected a whole number"] == faults(
        config("[server]\nstop_seconds = 5\n[database]\npatience_seconds = 'x'")
    )


def test_missing_file_is_a_fault(tmp_path):
    """A file that was named must be there."""
    [told] = faults(tmp_path / "none.toml")

    assert "none.toml: cannot be read: No such file or directory" in told


def test_password_is_never_shown():
    """The address of the database holds a password: neither faults nor reprs show it."""
    secret = "postgres://hub:hunter2@db/hub"

    assert "hunter2" not in repr(read_settings(None, None, {"HUB_DATABASE__URL": secret}))
    assert "hunter2" not in str(faults(HUB_DATABASE__URL="x" + secret))


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("postgres://hub:hunter2@db:hunter2/hunter2", "expected a port from 1 to 65535"),
        ("postgres://hub:hunter2@db:99999/hunter2", "expected a port from 1 to 65535"),
        ("postgres://hub:hunter2@db:0/hunter2", "expected a port from 1 to 65535"),
        ("postgres://hub:hunter2?x@db/hub", "expected a port from 1 to 65535"),
        ("postgres://hub:hunter2#x@db/hub", "expected a port from 1 to 65535"),
        ("postgres://hub:hunter2@/hunter2", "expected a host"),
        ("postgres:///hunter2", "expected a host"),
        ("postgres://hub:hunter2@[hunter2/hub", "expected a host"),
        ("postgres://hub:hunter2@db", "expected the name of a database"),
        ("postgres://hub:hunter2@db/", "expected the name of a database"),
        ("postgres://hub:hunter2@db/hub#hunter2", "expected no #"),
        ("postgres://hub:hunter2@db/hub?sslmode=hunter2", "expected sslmode to be disable, prefer, require"),
        ("postgres://hub:hunter2@db/hub?sslmode=", "expected sslmode to be disable, prefer, require"),
        ("postgres://hub:hunter2@db/hub?sslmode=disable&sslmode=require", "expected sslmode once"),
        ("postgres://hub:hunter2@db/hub?host=hunter2&port=1", "unknown parameters: host, port"),
        ("postgres://hub@db/hub?hunter2@x=1", "unknown parameters: one that is no word"),
        ("mysql://hub:hunter2@db/hub", "expected postgres://user:password@host/name, or nothing"),
    ],
)
def test_wrong_database_url(url, fault):
    """What is wrong with the address of the database is told without quoting any of it."""
    [told] = faults(HUB_DATABASE__URL=url)

    assert told.startswith(f"HUB_DATABASE__URL: {fault}")
    assert "hunter2" not in told
