"""A stop finishes what is in flight, the dead are replaced, and nobody outlives the master."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx2
import pytest

from .served import ROOT, alive, eventually, free_port


def in_flight(served, seconds: str):
    """Send a request that takes so long; return its answer to come, once it is under way."""
    return under_way(served, f"/slow/{seconds}")


def under_way(served, path: str):
    """Send a request for *path*; return its answer to come, once it is under way."""
    pool = ThreadPoolExecutor(1)
    answer = pool.submit(served.get, path)
    time.sleep(1)  # two processes run tests at once
    pool.shutdown(wait=False)
    return answer


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_finishes_what_is_in_flight(hub, workers, number):
    """Told to stop, the hub answers the requests it has, takes no more, and ends with code 0."""
    served = hub(workers)
    answer = in_flight(served, "2")

    assert 0 == served.stop(number)

    assert "done" == answer.result(1)
    assert workers == served.said().count("put away")
    with pytest.raises(httpx2.ConnectError):
        served.get("/pid")


@pytest.mark.parametrize("workers", [1, 2])
def test_stop_waits_only_so_long(hub, workers):
    """A request that does not end is cut when the time is up, and the application still put away."""
    served = hub(workers, "--stop-seconds", "1")
    answer = in_flight(served, "60")

    started = time.monotonic()
    assert 0 == served.stop()

    assert time.monotonic() - started < 3
    assert "done" != answer.result(1)
    assert "cut short" in served.said()
    assert "Traceback" not in served.said()
    assert workers == served.said().count("put away")


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_on_for_ever_is_told_of_the_stop(hub, workers):
    """A stream ends by itself when the hub stops: the stop need not wait for it, nor cut it."""
    served = hub(workers, "--stop-seconds", "20")
    answer = under_way(served, "/stream")

    started = time.monotonic()
    assert 0 == served.stop()

    assert time.monotonic() - started < 10
    assert "stopped" == answer.result(1)
    assert "cut short" not in served.said()


def test_stop_waits_for_what_is_put_away(hub):
    """A worker whose time for requests is up still has some seconds to write down what it holds."""
    served = hub(2, "--stop-seconds", "1", "--flush-seconds", "3")
    in_flight(served, "60")

    assert 0 == served.stop()

    assert 2 == served.said().count("put away")


def test_a_connection_is_kept_while_nothing_comes(hub):
    """A request that comes by a connection after a while is answered; a stop does not wait for more."""
    served = hub(1, "--stop-seconds", "20")
    with closing(HTTPConnection(urlsplit(served.url).netloc)) as connection:
        for pause in (6, 0):
            connection.request("GET", "/pid")
            answer = connection.getresponse()
            answer.read()
            assert 200 == answer.status
            time.sleep(pause)

        started = time.monotonic()
        assert 0 == served.stop()

        assert time.monotonic() - started < 10


def test_no_server_header(hub):
    """An answer does not tell what it was served by."""
    assert "server" not in httpx2.get(hub(1).url + "/pid").headers


def test_workers_share_the_work(hub):
    """Every worker answers on the one address, and the master is none of them."""
    served = hub(2)

    assert served.process.pid not in served.workers(2)


def test_dead_worker_is_replaced(hub):
    """After one worker is killed every request is still answered, and another takes its place."""
    served = hub(2)
    killed, other = served.workers(2)

    os.kill(killed, signal.SIGKILL)

    answers = {int(served.get("/pid")) for _ in range(10)}
    assert killed not in answers
    assert other in served.workers(2)
    assert "worker died" in served.said()
    assert 0 == served.stop()


def test_no_worker_outlives_the_master(hub):
    """When the master is killed its workers are gone within two seconds."""
    served = hub(2)
    workers = served.workers(2)

    served.stop(signal.SIGKILL)

    assert eventually(lambda: not any(map(alive, workers)), 2)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_port_taken_is_told(hub, workers):
    """Where something listens already, one sentence says so and how to choose another port."""
    address = hub(2).url.removeprefix("http://")

    ended = subprocess.run(
        [sys.executable, "-m", "tests.serving.slow_app", "--bind", address, "--workers", workers],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert 1 == ended.returncode
    assert (
        f"cannot listen on {address}: something listens there already: stop it, or choose another port"
        " (--bind HOST:PORT, HUB_SERVER__BIND, or bind in [server])\n"
    ) == ended.stderr


@pytest.fixture
def stock(served):
    """Serve the same application by Hypercorn's own command."""
    command = ("-m", "hypercorn", "--workers", "2", "--graceful-timeout", "5")
    return served(
        *command, "--bind", f"127.0.0.1:{free_port()}", "tests.serving.slow_app:make()", processes=2
    )


def test_stock_workers_do_not_outlive_their_master(stock):
    """Under Hypercorn's own master too, workers go when it is killed."""
    workers = stock.workers(2)

    stock.stop(signal.SIGKILL)

    assert eventually(lambda: not any(map(alive, workers)), 2)


def test_stock_stop_finishes_what_is_in_flight(stock):
    """Under Hypercorn's own master too, a stop answers the requests that it has."""
    answer = in_flight(stock, "1")

    stock.stop()

    assert "done" == answer.result(1)
