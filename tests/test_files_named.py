"""Files that comments and docstrings name are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mlpteach"
NAMED = re.compile(r"[\w*/-]+\.(?:py|js|toml)\b")
# Files of a course, a reader's own, those that a site or a lecture's link writes, JupyterLite's.
ELSEWHERE = re.compile(
    r"nbgrader_config\.py|own\.toml|mistakes\.toml|.*ps5_name\..*"
    r"|/?player\.js|site\.js|static/run_down_to\.js"
    r"|bootstrap\.js|config-utils\.js|(build/notebooks/)?bundle\.js"
)


def test_every_file_that_is_named_is_there():
    files = [path for path in PACKAGE.rglob("*") if path.suffix in (".py", ".js", ".toml", ".md")]
    assert len(files) > 100
    gone = {
        (str(path.relative_to(PACKAGE)), name)
        for path in files
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
        if not ELSEWHERE.fullmatch(name) and not is_there(name.lstrip("/"))
    }
    assert gone == set()


def is_there(name):
    """Whether the package holds such a file, in whatever folder, or the repository at this path."""
    return (ROOT / name).exists() or any(True for _ in PACKAGE.rglob(name))
