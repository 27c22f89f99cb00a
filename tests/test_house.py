"""What holds for the house as a whole, and no import contract or linter can say."""

from __future__ import annotations

import ast
import functools
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from cyclopts import CycloptsError

import hub.cli

HOUSE = Path(__file__).parents[1]
PACKAGES = ("hub", "plugins", "storage")
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())

#: Made by a run, and part of no change; so is what is hidden, but for these.
MADE = {"data", "dist"}
SHOWN = {".ci", ".gitignore"}

VENDORS = re.compile(
    r"(?<![a-z])(okta|entra|azure|microsoft|onelogin|jumpcloud|sailpoint|keycloak|authentik|pingone)(?![a-z])",
    re.IGNORECASE,
)

#: Where packages come from is the machine's business, and so is where its folders are.
HOSTS = re.compile(r"//[^\s/]*(pypi|python[h]osted|anaconda)\b|--(extra-)?index[-]url|--find[-]links")
MACHINES = re.compile(r"(?<![\w.-])/(work|farm|root|home)[/]\w")


def files(*roots: str) -> list[Path]:
    """Return the files of the project below *roots*, or all of them, without what a run makes."""
    tops = [HOUSE / root for root in roots] or [top for top in HOUSE.iterdir() if _shown(top.name)]
    found = [path for top in tops for path in (top.rglob("*") if top.is_dir() else [top])]
    return sorted(path for path in found if path.is_file() and path.parent.name != "__pycache__")


def _shown(name: str) -> bool:
    return name in SHOWN or not (name.startswith(".") or name in MADE)


def modules(*roots: str) -> list[Path]:
    """Return the Python files below *roots*."""
    return [path for path in files(*roots) if path.suffix == ".py"]


def places(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Return where *pattern* is found, as `file:line: text`."""
    return [
        f"{path.relative_to(HOUSE)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def ground_floor() -> list[Path]:
    """Return the modules of the rooms that the import contracts call the ground floor."""
    (contract,) = (
        contract
        for contract in PROJECT["tool"]["importlinter"]["contracts"]
        if contract["name"] == "The ground floor does no input or output"
    )
    rooms = [room.replace(".", "/") for room in contract["source_modules"]]
    return modules(*(room if (HOUSE / room).is_dir() else f"{room}.py" for room in rooms))


def impure(node: ast.AST) -> bool:
    """Whether *node* waits for something or asks what time it is."""
    match node:
        case ast.AsyncFunctionDef() | ast.Await():
            return True
        case ast.Call(func=ast.Attribute(attr="now" | "utcnow" | "today")):
            return True
    return False


def test_ground_floor_is_pure():
    """The ground floor awaits nothing and asks no clock; the SPI only says which hooks will be awaited."""
    found = [
        f"{path.relative_to(HOUSE)}:{node.lineno}"
        for path in ground_floor()
        if path.relative_to(HOUSE) != Path("hub/spi/hookspecs.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if impure(node)
    ]

    assert [] == found


@pytest.mark.parametrize("line", ["async def ask(): ...", "at = datetime.now(UTC)", "day = date.today()"])
def test_purity_is_noticed_when_lost(line):
    """Waiting and asking for the time are seen, however they are written."""
    assert any(impure(node) for node in ast.walk(ast.parse(line)))


def test_vendors_live_in_their_plugins():
    """No provider is named in the hub or in storage: what differs is data in plugins."""
    assert [] == places(VENDORS, files("hub", "storage"))


@pytest.mark.parametrize(("text", "named"), [("Entra's", True), ("OKTA_", True), ("central", False)])
def test_vendors_are_recognised(text, named):
    """A name is a word, whatever its case; part of another word is not."""
    assert named is bool(VENDORS.search(text))


def opening(path: Path) -> str:
    """Return the first line of a module's docstring, or nothing when it is no sentence."""
    line = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n")[0]
    return line if line.endswith((".", "?")) else ""


def test_first_line_says_what_a_file_holds():
    """Each module opens with a docstring whose first line is a sentence."""
    silent = [str(path.relative_to(HOUSE)) for path in modules(*PACKAGES, "tests") if not opening(path)]

    assert [] == silent


def test_no_machine_and_no_host_is_named():
    """The project says what it needs, never from which host, nor where one machine keeps it."""
    everything = [path for path in files() if path.name != "LICENSE"]

    assert [] == places(HOSTS, everything)
    assert [] == places(MACHINES, everything)


@functools.cache
def pins(lock: str) -> dict[str, str]:
    """Return the version of each package in a file of requirements."""
    return dict(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (HOUSE / "requirements" / lock).read_text(), re.MULTILINE)
    )


def test_locks_agree():
    """What the tests and the bench run with is what the hub runs with, and every package wanted is locked."""
    groups = [PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"].values()]
    wanted = {re.match(r"[a-z0-9-]+", wish)[0] for group in groups for wish in group}

    assert pins("run.txt").items() <= pins("test.txt").items()
    assert wanted <= pins("test.txt").keys() | pins("bench.txt").keys()
    assert pins("bench.txt").items() <= {**pins("bench.txt"), **pins("test.txt")}.items()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in the wheel, built offline with the locked backend."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=HOUSE, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def test_wheel_holds_the_three_packages(wheel):
    """The wheel installs hub, plugins and storage whole, and nothing else beside its own record."""
    version = PROJECT["project"]["version"]
    record = f"provisioning_hub-{version}.dist-info"
    ours = {str(path.relative_to(HOUSE)) for path in files(*PACKAGES)}

    assert {*PACKAGES, record} == {name.partition("/")[0] for name in wheel}
    assert ours == {name for name in wheel if not name.startswith(record)}
    assert f"{record}/licenses/LICENSE" in wheel


def commands() -> list[list[str]]:
    """Return what the README has one type: the lines of its shell blocks, in words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (HOUSE / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


@pytest.mark.parametrize("words", [words for words in commands() if words[0] == "make"], ids=" ".join)
def test_targets_in_the_readme_exist(words):
    """Every `make …` of the README is a target of the Makefile."""
    run = subprocess.run(["make", "--dry-run", *words[1:]], cwd=HOUSE, capture_output=True, check=False)

    assert 0 == run.returncode


@pytest.mark.parametrize("words", [words for words in commands() if words[0] == "hub"], ids=" ".join)
def test_commands_in_the_readme_exist(words):
    """Every `hub …` of the README is understood, its options too."""
    command, _, _ = hub.cli.app.parse_args(words[1:], exit_on_error=False, print_error=False)

    assert words[1].replace("-", "_") in (command.__name__, command.__module__.rpartition(".")[2])


def test_other_commands_are_not_understood():
    """A command or an option that is not there is noticed."""
    for words in (["teem", "create", "acme"], ["team", "create", "acme", "--seets", "50"]):
        with pytest.raises(CycloptsError):
            hub.cli.app.parse_args(words, exit_on_error=False, print_error=False)
