"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import gzip
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROXY = ROOT / "proxy"
TESTS = ROOT / "tests"

LINES_LIMIT = 400  # STYLE of the house: 250 is the aim, 400 the end
CORE = ("errors", "model", "wire", "detect", "keys", "policy", "scrub")
NOT_IN_CORE = {"aiohttp", "asyncio", "logging", "prometheus_client", "socket", "time", "uvloop"}

# Tests of the repository itself, and of the whole rather than of one file.
WITHOUT_A_MODULE = {"test_house.py", "test_readme.py", "test_policies.py"}
WHOLE = {"benchmarks", "laws", "golden", "end_to_end", "sdk", "captures", "deploy"}

REGISTRY = re.compile(
    r"files\.pythonhosted|pypi\.org/simple|registry\.npmjs|proxy\.golang|\"resolved\":\s*\"http"
    r"|(?<!emit-)(?:extra-)?(?:index-url|find-links|trusted-host)\b"
)
# Absolute paths of a machine on which somebody works.
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:(?:work|root|farm|opt/wheels)(?=/|\b(?![\w-]))|tmp/\w)")

EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no (?:cover|branch)|pyright:)", re.IGNORECASE)
EXEMPTION_WITH_REASON = re.compile(
    r"#\s*(?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[\w-]+(?:, ?[\w-]+)*\]|pragma: no (?:cover|branch))"
    r"\s*(?:#|-|:|—)?\s*(?:[A-Za-z`][\w`'.,()-]*\s+){2}",
)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MODULES = _files(PROXY)
SOURCES = MODULES + _files(TESTS)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=_name(path))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Give every imported module in dotted form, lazy imports inside functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _is_core(path: Path) -> bool:
    return path.relative_to(PROXY).parts[0].removesuffix(".py") in CORE


def _tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing says which files are the project's")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    return raw.decode("utf-8", "replace")


def _hits(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in _tracked():
        for number, line in enumerate(_text(path).splitlines(), start=1):
            if path != Path(__file__) and pattern.search(line):
                found.append(f"{_name(path)}:{number}")
    return found


# --- one test file for each source file ------------------------------------------------------------------------------


def test_every_module_has_its_test_file() -> None:
    """A module without a test file of the same name and place is not finished."""
    modules = [path for path in MODULES if path.stem not in ("__init__", "__main__")]
    expected = {path: TESTS / path.relative_to(PROXY).with_name(f"test_{path.name}") for path in modules}
    missing = [f"{_name(path)} wants {_name(test)}" for path, test in expected.items() if not test.exists()]
    assert [] == missing


def test_every_test_file_has_its_module() -> None:
    """A test file whose module is gone or was renamed goes with it."""
    mirrors = [
        path.relative_to(TESTS)
        for path in _files(TESTS)
        if path.name.startswith("test_") and path.relative_to(TESTS).parts[0] not in WHOLE | WITHOUT_A_MODULE
    ]
    orphans = [
        path.as_posix() for path in mirrors if not (PROXY / path.with_name(path.name.removeprefix("test_"))).exists()
    ]
    assert [] == orphans


# --- what is run, and what is shipped --------------------------------------------------------------------------------


def test_ci_runs_every_check_that_contributors_are_told_of() -> None:
    """A check that CI leaves out holds nothing; `test` and `covered` are what `coverage` does."""
    told = set(re.findall(r"^    make (\S+)", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE))
    ran = set(re.findall(r"^run (\S+)", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE))
    assert (told - {"venv", "demo", "coverage", "help"}) | {"covered"} == ran


def test_decisions_count_the_locked_distributions() -> None:
    """How many packages a reader takes in, and how many of them for Presidio alone, is what the locks hold."""
    runtime, image = (
        set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8"), re.MULTILINE))
        for name in ("runtime", "image")
    )
    told = re.search(
        r"in (\d+)\s+distributions, .* and (\d+) distributions", (ROOT / "DECISIONS.md").read_text("utf-8")
    )
    assert told
    assert (len(runtime), len(runtime - image)) == (int(told[1]), int(told[2]))


def test_nothing_older_is_asked_for_than_what_is_tested() -> None:
    """The least version of each dependency is the locked one: with older ones, tests of safety were seen to fail."""
    lock = (ROOT / "requirements" / "runtime.txt").read_text("utf-8")
    locked = dict(re.findall(r"^([\w-]+)==([\d.]+)", lock, re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [wanted.partition(",")[0].partition(">=") for wanted in project["dependencies"]]
    assert {name: least for name, _, least in asked} == {name: locked[name.replace(".", "-")] for name, *_ in asked}


def test_a_source_distribution_holds_what_its_tests_need(tmp_path: Path) -> None:
    """Who builds from the sdist can run the tests: every file of the project is in it."""
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (sdist,) = tmp_path.iterdir()
    with tarfile.open(sdist) as archive:
        shipped = {name.partition("/")[2] for name in archive.getnames()}
    assert set() == {_name(path) for path in _tracked()} - shipped


# --- how a file looks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_file_grows_over_the_limit(path: Path) -> None:
    """A file that one cannot read in one sitting is two files."""
    lines = path.read_text("utf-8").count("\n")
    assert lines <= LINES_LIMIT, f"{_name(path)} has {lines} lines"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_what_it_holds(path: Path) -> None:
    """Each module of the house opens with a docstring."""
    assert ast.get_docstring(_tree(path)), f"{_name(path)} opens without a docstring"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name.startswith("test_")], ids=_name)
def test_every_test_claims_a_behaviour(path: Path) -> None:
    """A test says in a sentence what it holds the code to."""
    silent = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert [] == silent


def _callables(tree: ast.Module) -> set[str]:
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


def _names(tree: ast.Module) -> set[str]:
    """Give every name that the top level of a module binds, imported ones included."""
    bound = {leaf.id for node in tree.body for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }
    return _callables(tree) | imported | bound


def _exported(tree: ast.Module) -> set[str]:
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                return set(ast.literal_eval(value))
            case _:
                pass
    return set()


def _file_of(module: str) -> Path:
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _is_module(name: str) -> bool:
    return _file_of(name).exists()


def _exports_of(module: str) -> set[str]:
    return _exported(_tree(_file_of(module)))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_all_is_complete(path: Path) -> None:
    """Every function and class without a leading underscore is exported, and nothing that is not there (ruff sorts)."""
    tree = _tree(path)
    public = {name for name in _callables(tree) if not name.startswith("_")}
    exported = _exported(tree)
    assert set() == public - exported, f"{_name(path)}: export these or give them an underscore"
    assert set() == exported - _names(tree), f"{_name(path)} exports what it does not have"


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_only_exported_names_are_imported(path: Path) -> None:
    """A module takes from another what that one exports, or the module itself."""
    taken = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "proxy"
        for alias in node.names
        if not _is_module(f"{node.module}.{alias.name}") and alias.name not in _exports_of(str(node.module))
    ]
    assert [] == taken


# --- who may know whom, as far as the import contracts cannot see ----------------------------------------------------


@pytest.mark.parametrize("path", [path for path in MODULES if _is_core(path)], ids=_name)
def test_the_core_is_pure(path: Path) -> None:
    """The core imports no server, loop, socket, clock, logger or counter, not even inside a function."""
    assert set() == NOT_IN_CORE & {name.partition(".")[0] for name in _imports(_tree(path))}


def test_one_module_knows_presidio() -> None:
    """Presidio and its 100 MB are imported by one module, and there only when a policy asks for it."""
    knowing = {_name(path) for path in MODULES if "presidio_analyzer" in set(_imports(_tree(path)))}
    eager = {
        _name(path)
        for path in MODULES
        for node in _tree(path).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "presidio_analyzer" in set(_imports(node))
    }
    assert knowing <= {"proxy/detect/presidio.py"}
    assert set() == eager


def test_vendor_files_do_not_know_each_other() -> None:
    """A dialect may import what all share; only the registry imports dialects."""
    wire = {f"proxy.wire.{path.stem}": set(_imports(_tree(path))) for path in _files(PROXY / "wire")}
    speaks = {module for module, imports in wire.items() if "proxy.wire.dialect.Dialect" in imports}
    registry = {"proxy.wire.__init__", "proxy.wire.registry"}
    crossing = {(module, other) for module in speaks - registry for other in wire[module] & (speaks - {module})}
    assert set() == crossing


# --- what must not be recorded ---------------------------------------------------------------------------------------


def test_no_registry_is_recorded() -> None:
    """Locks and scripts say what and which hash; from where is the business of whoever installs."""
    assert [] == _hits(REGISTRY)


def test_no_machine_path_is_recorded() -> None:
    """No file remembers the machine on which it was written."""
    assert [] == _hits(MACHINE_PATH)


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_every_exemption_has_a_code_and_a_reason(path: Path) -> None:
    """A rule is set aside by its name and with a reason: `# noqa: S104 - all interfaces is what a container needs`."""
    comments = tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
    bare = [
        f"{_name(path)}:{token.start[0]}"
        for token in comments
        if token.type == tokenize.COMMENT
        and EXEMPTION.search(token.string)
        and not EXEMPTION_WITH_REASON.search(f"{token.string} ")
    ]
    assert [] == bare


@pytest.mark.parametrize(
    ("comment", "accepted"),
    [
        ("# noqa: S104 - a container listens everywhere", True),
        ("# noqa: S104, S105  # planted on purpose", True),
        ("# type: ignore[arg-type]  # the stub is wrong", True),
        ("# pragma: no cover - only on Windows", True),
        ("# noqa", False),
        ("# noqa: S104", False),
        ("# type: ignore", False),
        ("# type: ignore[arg-type]", False),
        ("# pragma: no cover", False),
    ],
)
def test_an_exemption_is_read_as_written(comment: str, accepted: bool) -> None:
    """The pattern above takes a code with a reason and nothing less."""
    assert accepted == bool(EXEMPTION_WITH_REASON.search(f"{comment} "))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("--index-url https://mirror.example/simple", True),
        ("pip-compile --no-emit-index-url", False),
        ('"resolved": "https://mirror.example/a.tgz"', True),
    ],
)
def test_a_registry_is_recognised(line: str, found: bool) -> None:
    """An address that is recorded is told from an option that keeps it out."""
    assert found == bool(REGISTRY.search(line))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("/root/.cache", True),
        ('home = "/work"', True),
        ("https://shop.example/work/1", False),
        ("./farm/x", False),
        ("/workers", False),
    ],
)
def test_a_machine_path_is_recognised(line: str, found: bool) -> None:
    """An absolute path of a machine is told from a URL's path and from a longer word."""
    assert found == bool(MACHINE_PATH.search(line))
