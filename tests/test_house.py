"""The house stays as it was meant: small functions, short files, no circles, a true map, no word about the workshop.

The figures are printed (`pytest tests/test_house.py -s -k figures`). What may be longer is listed here by name.
"""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

HOUSE = Path(__file__).parent.parent
PACKAGES = ("kuvendo", "bot", "admin", "simulator", "storage", "dialogs", "locales")
FOLDERS = {*PACKAGES, "benchmarks", "deploy", "docs", "tests"}
LONGER_FILES = {  # the schema
    "storage/models.py": 800,
    "storage/migrations/versions/v0001_everything.py": 450,
    "storage/migrations/versions/v0005_moderation.py": 360,
}
LONGEST_FILE, LONGEST_TEST_FILE = 300, 400
MEDIAN, NINE_IN_TEN, LONGEST = 10, 40, 60
FORBIDDEN = re.compile(r"/work/|/root/\.|/opt/pypi|/home/\w+/|pypi\.org/simple|index-url|find-links")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Function(NamedTuple):
    """A function of the product and how many lines it has, docstring and decorators left aside."""

    where: str
    lines: int


@cache
def tracked() -> tuple[str, ...]:
    """Return the files of the project: what git knows, and what is new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True).stdout
    return tuple(name for name in listed.splitlines() if (HOUSE / name).is_file())


def modules(*packages: str) -> list[Path]:
    """Return the Python files of these top-level folders."""
    names = [Path(name) for name in tracked() if name.endswith(".py")]
    return [HOUSE / name for name in names if name.parts[0] in packages]


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path, line: int | None = None) -> str:
    """Return how a place is called in a report."""
    return f"{path.relative_to(HOUSE)}" + (f":{line}" if line else "")


# ---------------------------------------------------------------------------------------------------------- sizes


def size(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function from `def` to its end, without its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def functions() -> list[Function]:
    """Return every function of the product, methods and inner functions too."""
    return [
        Function(f"{named(path, node.lineno)} {node.name}", size(node))
        for path in modules(*PACKAGES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_functions_are_short_figures() -> None:
    sizes = sorted(function.lines for function in functions())
    median, ninety = statistics.median(sizes), sizes[int(len(sizes) * 0.9)]
    files = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*PACKAGES))
    print(f"\nfunctions: {len(sizes)}, median {median:g}, nine in ten under {ninety + 1}, longest {sizes[-1]}")
    print(f"files: {len(files)}, median {statistics.median(files):g}, p90 {files[int(len(files) * 0.9)]}")
    assert median < MEDIAN
    assert ninety < NINE_IN_TEN


def test_no_function_is_long() -> None:
    assert [function for function in functions() if function.lines > LONGEST] == []


def test_no_file_is_long() -> None:
    too_long = []
    for path in [*modules(*PACKAGES), *modules("benchmarks"), *modules("tests")]:
        most = LONGEST_TEST_FILE if "tests" in path.parts else LONGEST_FILE
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGER_FILES.get(named(path), most):
            too_long.append(f"{named(path)}: {lines} lines")
    assert too_long == []


# ----------------------------------------------------------------------------------------------------- docstrings


def public(body: list[ast.stmt]) -> Iterator[Definition]:
    """Yield the public functions and classes of a module, and the public methods of its public classes."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def is_overload(node: Definition) -> bool:
    """Tell whether a definition only repeats another for the type checker."""
    names = [getattr(decorator, "id", getattr(decorator, "attr", "")) for decorator in node.decorator_list]
    return "overload" in names or "setter" in names


def test_every_module_says_what_lives_in_it() -> None:
    empty_init = (path for path in modules(*PACKAGES) if not ast.get_docstring(tree(path)))
    assert [named(path) for path in empty_init] == []


def test_everything_public_is_documented() -> None:
    silent = [
        f"{named(path, node.lineno)} {node.name}"
        for path in modules(*PACKAGES)
        if "migrations/versions" not in str(path)
        for node in public(tree(path).body)
        if not ast.get_docstring(node) and not is_overload(node)
    ]
    assert silent == []


# ---------------------------------------------------------------------------------------------------------- rooms


def test_no_folder_stands_beside_the_agreed_ones() -> None:
    folders = {Path(name).parts[0] for name in tracked() if "/" in name}
    assert {folder for folder in folders - FOLDERS if not folder.startswith(".")} == set()


@cache
def architecture() -> str:
    """Return the map of the house."""
    path = HOUSE / "ARCHITECTURE.md"
    assert path.exists(), "ARCHITECTURE.md is missing: write it, a line for each package and each module."
    return path.read_text(encoding="utf-8")


def mentioned() -> set[str]:
    """Return every path that the map names in backticks."""
    return {path for line in architecture().splitlines() for path in paths(line)}


def paths(line: str) -> list[str]:
    """Return the paths of one line: `a/b.py` · `c.py` names a/b.py and a/c.py, `a/{b,c}.py` does too."""
    found: list[str] = []
    folder = ""
    for span in re.findall(r"`([^`\s]+)`", line):
        whole = f"{folder}{span}" if "/" not in span and span.endswith(".py") else span
        folder = whole[: whole.rfind("/") + 1]
        found += expand(whole)
    return found


def expand(span: str) -> list[str]:
    """Return what a span stands for: itself, or each alternative of its braces."""
    braces = re.fullmatch(r"(.*)\{([^{}]+)\}(.*)", span)
    if braces is None:
        return [span]
    before, choices, after = braces.groups()
    return [before + choice + after for choice in choices.split(",")]


def test_the_map_names_every_package() -> None:
    present = {package for package in PACKAGES if (HOUSE / package).exists()}
    assert {package for package in present if f"{package}/" not in mentioned()} == set()


def test_the_map_names_every_module() -> None:
    ours = (named(path) for path in modules(*PACKAGES) if path.name != "__init__.py")
    known = mentioned()
    missing = [name for name in ours if name not in known and "migrations/versions" not in name]
    assert missing == [], "ARCHITECTURE.md names each module as `package/module.py`"


def test_the_map_names_nothing_that_is_not_there() -> None:
    roots = tuple(f"{folder}/" for folder in FOLDERS)
    claimed = (path for path in mentioned() if path.startswith(roots) and "<" not in path and "*" not in path)
    assert [path for path in claimed if not (HOUSE / path).exists()] == []


# -------------------------------------------------------------------------------------------------------- circles


def module_name(path: Path) -> str:
    """Return the name by which a file is imported."""
    return ".".join(path.relative_to(HOUSE).with_suffix("").parts).removesuffix(".__init__")


def imported(module: ast.Module, known: set[str]) -> set[str]:
    """Return which `known` modules a module names in imports: at its head, inside functions, and for types alone."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{each.name}" for each in node.names}
            found |= inner if inner <= known else {*inner, f"{node.module}"}
    return found & known


def circle(graph: dict[str, set[str]]) -> str:
    """Return one circle of a graph of imports, "" where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " ← ".join(error.args[1])
    return ""


def test_imports_make_no_circle() -> None:
    ours = {module_name(path): path for path in modules(*PACKAGES)}
    graph = {name: imported(tree(path), set(ours)) for name, path in ours.items()}
    assert circle(graph) == "", "each of these modules is imported by the next"


@pytest.mark.parametrize(
    "source",
    [
        "from a import b",
        "import a.b",
        "def f():\n    from a.b import name",
        "if TYPE_CHECKING:\n    from a.b import Name",
    ],
)
def test_a_circle_is_found_wherever_the_import_stands(source: str) -> None:
    known = {"a", "a.b", "a.c"}
    back = {"a.b": imported(ast.parse("import os\nfrom a import c"), known)}
    there = {"a.c": imported(ast.parse(source), known)}
    assert back == {"a.b": {"a.c"}}
    assert circle(back | there) in ("a.b ← a.c ← a.b", "a.c ← a.b ← a.c")


# ---------------------------------------------------------------------------------------------------------- words


def test_the_project_speaks_of_itself_alone() -> None:
    spoken = []
    for name in tracked():
        path = HOUSE / name
        if path == Path(__file__) or path.suffix in {".png", ".jpg", ".ico", ".woff2", ".webm", ".ogg"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = enumerate(text.splitlines(), start=1)
        spoken += [f"{name}:{number}: {line[:90]}" for number, line in lines if FORBIDDEN.search(line)]
    assert spoken == []


@pytest.mark.parametrize("line", ["| `a/{b,c}.py` | x |", "- `a/b.py` · `c.py`: and `word`"])
def test_the_map_may_be_written_short(line: str) -> None:
    assert {"a/b.py", "a/c.py"} <= set(paths(line))
