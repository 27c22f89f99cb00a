"""The hub at work: the demo opens, the command works beside it, and a stop is clean."""

import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import ACME
from tests.serving.served import ROOT, Served, eventually, free_port

HUB = ("-c", "from hub.cli import main; main()")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Served]]:
    """Start the command on a data folder of the test's own; end what is left of it after the test."""
    monkeypatch.setenv("HUB_DATA", str(tmp_path / "data"))
    started: list[Served] = []

    def start(*words: str, processes: int = 1) -> Served:
        started.append(Served(tmp_path / f"{len(started)}.log", *HUB, *words, processes=processes))
        return started[-1]

    yield start
    for one in started:
        one.end()


def hub(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command beside what was started."""
    command = [sys.executable, *HUB, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def doors(demo: Served) -> list[tuple[str, str]]:
    """Return the (endpoint, token) of each connection that the demo prints."""
    return re.findall(r"Endpoint +(\S+)\n +Token +(\S+)", demo.said())


def curls(demo: Served) -> list[str]:
    """Return the lines that the demo tells one to try."""
    return re.findall(r"^ +(curl .*)$", demo.said(), re.MULTILINE)


def create(endpoint: str, token: str, user_name: str) -> httpx2.Response:
    """Create a user."""
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name}
    return httpx2.post(f"{endpoint}/Users", json=body, headers={"Authorization": f"Bearer {token}"})


def listed(endpoint: str, token: str) -> httpx2.Response:
    """List the users."""
    return httpx2.get(f"{endpoint}/Users", headers={"Authorization": f"Bearer {token}"})


def test_demo(start):
    """The demo prints what opens it, and the command sees what came in; a second start keeps it."""
    address = f"127.0.0.1:{free_port()}"
    demo = start("demo", "--bind", address)
    (first, second) = doors(demo)

    assert 2 == len(curls(demo))
    for line in curls(demo):
        assert '"totalResults":0' in subprocess.getoutput(f"{line} --silent")
    assert 201 == create(*first, "ann@demo.example").status_code
    assert '{"standard": {"bought": 10, "held": 1, "free": 9, ' in hub("seats", "demo", "--json").stdout
    assert 0 == hub("book", "verify").returncode
    connection = first[0].rpartition("/")[2]
    assert eventually(lambda: "/Users → 201" in hub("exchanges", connection).stdout, 10)
    assert '"status": 201' in hub("exchanges", connection, "--json").stdout

    assert 0 == demo.stop()
    again = start("demo", "--bind", address)

    assert [endpoint for endpoint, _ in doors(again)] == [first[0], second[0]]
    assert 401 == listed(*first).status_code
    assert 1 == listed(*doors(again)[0]).json()["totalResults"]


def test_demo_with_its_port_taken(start):
    """Where the port is taken, one sentence says what to do, and the tokens in use stay valid."""
    address = f"127.0.0.1:{free_port()}"
    demo = start("demo", "--bind", address)

    refused = hub("demo", "--bind", address)

    assert (1, "") == (refused.returncode, refused.stdout)
    assert f"cannot listen on {address}" in refused.stderr
    assert "--bind HOST:PORT" in refused.stderr
    assert 200 == listed(*doors(demo)[0]).status_code


def test_follow(start, tmp_path):
    """Exchanges are followed as they come, one JSON object a line, until interrupted."""
    demo = start("demo", "--bind", f"127.0.0.1:{free_port()}")
    door = doors(demo)[0]
    log = tmp_path / "followed"
    with log.open("w") as file:
        command = [sys.executable, *HUB, "exchanges", door[0].rpartition("/")[2], "--follow", "--json"]
        following = subprocess.Popen(command, cwd=ROOT, stdout=file)

    try:
        for number in (1, 2):
            create(*door, f"ann{number}@demo.example")
            assert eventually(lambda number=number: number == len(log.read_text().splitlines()), 20)
    finally:
        following.send_signal(signal.SIGINT)

    assert 130 == following.wait(20)


def test_workers(start):
    """Several workers make one hub: each serves the same people, and a stop ends with code 0."""
    hub(*ACME)
    made = hub("connection", "create", "--team", "acme", "--idp", "generic", "--on").stdout
    connection, token = re.findall(r"(?:Connection|Token) +(\S+)", made)
    served = start("serve", "--bind", "127.0.0.1:0", "--workers", "2", processes=2)
    endpoint = f"{served.url}/scim/v2/{connection}"

    answers = [create(endpoint, token, f"ann{number}@acme.example").status_code for number in range(8)]

    assert {201: 5, 403: 3} == {status: answers.count(status) for status in set(answers)}
    assert 200 == httpx2.get(f"{served.url}/readyz").status_code
    assert 0 == served.stop()
    assert "Traceback" not in served.said()
    assert 0 == hub("book", "verify", "acme").returncode


def test_new_token_opens_at_once(start):
    """What the command does beside a running hub holds from the next request on."""
    demo = start("demo", "--bind", f"127.0.0.1:{free_port()}")
    endpoint, token = doors(demo)[0]
    connection = endpoint.rpartition("/")[2]

    another = re.findall(r"Token +(\S+)", hub("token", "create", connection).stdout)[0]
    assert 200 == listed(endpoint, another).status_code

    assert 0 == hub("token", "revoke", token.split("_")[1]).returncode
    assert 401 == listed(endpoint, token).status_code
    hub("connection", "off", connection)
    time.sleep(0.1)
    assert 403 == listed(endpoint, another).status_code


def test_other_server(start, tmp_path):
    """The line of the README for a server of one's own serves what `hub migrate` made."""
    assert 0 == hub("migrate").returncode
    [line] = re.findall(r"^HUB_DATA=data hypercorn (.*)$", (ROOT / "README.md").read_text(), re.MULTILINE)

    command = ("-m", "hypercorn", *shlex.split(line), "--bind", f"127.0.0.1:{free_port()}")
    served = Served(tmp_path / "hypercorn.log", *command, processes=1)
    try:
        assert 200 == httpx2.get(f"{served.url}/readyz").status_code
        assert 0 == served.stop()
    finally:
        served.end()
