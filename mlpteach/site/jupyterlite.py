"""JupyterLite beside the pages: the lectures and problem sets as notebooks that run in the browser.

Written in JupyterLite's own format of a static folder, from the packages of the extra ``site``,
with only what a notebook needs: the app for one notebook, no consoles, source maps or service
worker. Its kernel runs in the pages' copy of Pyodide.
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mlpteach.site.installed import NotInstalled, files_of, installed, licence_of

FOLDER = "jupyterlite"
_CORE, _KERNEL = "jupyterlite-core", "jupyterlite-pyodide-kernel"
# What has been tried; the hash of the core's app.
_TRIED = "0.8.6"
_APP = f"jupyterlite_core/jupyterlite-app-{_TRIED}.tgz"
_APP_SHA256 = "5562fc46f13702df7dec1b784114598d234fc0805e83b405d30b3cec30a7d5ad"
_WITH_EXTENSIONS = (_KERNEL, "jupyterlab-widgets", "anywidget")
_EXTENSIONS = "share/jupyter/labextensions/"
_PAGE = "notebooks/index.html"
# Beside the chunks that its bundle names.
_APP_FOLDERS = ("build/notebooks/", "build/schemas/", "build/themes/", "notebooks/")
_APP_FILES = (
    "bootstrap.js", "config-utils.js", "index.html", "jupyter-lite.ipynb", "jupyter-lite.json",
)  # fmt: skip
# Where the app's logo leads to: on to the site's start page.
_TREE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>The site's start page</title>
<meta http-equiv="refresh" content="0; url=../../index.html">
</head>
<body><a href="../../index.html">The site's start page</a></body>
</html>
"""
_ENGLISH = {"displayName": "English", "nativeName": "English"}
_DATE = "2000-01-01T00:00:00Z"  # in place of when a file was written
# The kernel would install them first; they are in the archive of modules.
_THERE = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython")
_DISABLED = (
    # Each import would ask it whether the notebook's folder has such a module.
    "@jupyterlite/application-extension:service-worker-manager",
    "@jupyterlab/apputils-extension:announcements",
    # It would tell how old the files' one date is.
    "@jupyter-notebook/notebook-extension:checkpoints",
    # They lead to, or show, what only a server has.
    "@jupyter-notebook/notebook-extension:open-tree-tab",
    "@jupyter-notebook/notebook-extension:tab-icon",
    "@jupyter-notebook/application-extension:pages",
    # Without the apps for consoles and for text they lead nowhere.
    "@jupyter-notebook/console-extension",
    "@jupyterlab/console-extension",
    "@jupyterlab/fileeditor-extension",
    "@jupyterlab/inspector-extension:consoles",
    "@jupyterlab/notebook-extension:code-console",
    "@jupyterlab/tooltip-extension:consoles",
    "@jupyterlab/tooltip-extension:files",
)
# Here, too, dashboards stay in the page when they are out of sight.
_SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
}


@dataclass(frozen=True)
class Python:
    """Where the kernel finds its Python, by addresses relative to JupyterLite's folder.

    Attributes
    ----------
    start : str
        The module whose ``loadPyodide`` is called (``kernel.mjs``).
    page : str
        The script of a notebook's page, which says why Python does not start (``notebook.js``).
    pyodide : str
        The folder of Pyodide.
    sources, modules : str
        The archives of this package, and of what notebooks need besides.
    packages : tuple of str
        Of the release, loaded before the first cell.
    """

    start: str
    page: str
    pyodide: str
    sources: str
    modules: str
    packages: tuple[str, ...]


def notebook_address(name: str) -> str:
    """Return the address of a notebook, by its file's name, relative to the site."""
    return f"{FOLDER}/notebooks/index.html?path={name}"


def jupyterlite_files(notebooks: Mapping[str, bytes], python: Python) -> dict[str, bytes]:
    """Return JupyterLite with notebooks and a kernel: address in its folder -> content.

    Parameters
    ----------
    notebooks : mapping of str to bytes
        By their files' names.
    python : Python

    Raises
    ------
    mlpteach.site.installed.NotInstalled
        Where a package is missing, or JupyterLite is another than was tried.
    """
    app, extensions = _app_files(), _extension_files()
    return {
        **app,
        _PAGE: _with_script(app[_PAGE], python),
        **{f"extensions/{name}": content for name, content in extensions.items()},
        **{f"files/{name}": content for name, content in notebooks.items()},
        "api/contents/all.json": _json(_listing(notebooks)),
        "api/translations/all.json": _json({"data": {"en": _ENGLISH}, "message": ""}),
        "api/translations/en.json": _json({"data": {}, "message": ""}),
        "build/schemas/all_federated.json": _json(_schemas(extensions)),
        "tree/index.html": _TREE.encode(),
        "jupyter-lite.json": _json(_config(app["jupyter-lite.json"], extensions, python)),
    }


def _with_script(page, python):
    """Return a notebook's page with the script that says why Python does not start."""
    script = f'<script src="../{python.page}" data-kernel="../{python.start}"></script>'
    before, body, after = page.decode().partition("<body")
    return f"{before}{script}\n{body}{after}".encode()


def licences() -> dict[str, str]:
    """Return the licences of JupyterLite, its extensions, and all that these were built from."""
    names = (_CORE, *_WITH_EXTENSIONS)
    built = {**_all_of_the_app(), **_extension_files()}
    lists = [built[name] for name in sorted(built) if name.endswith("/third-party-licenses.json")]
    parts = [one for content in lists for one in json.loads(content)["packages"]]
    return {
        **{name: licence_of(name, files_of(name)) for name in names},
        **{
            f"{one['name']} {one['versionInfo']}": f"{one['licenseId']}\n\n{one['extractedText']}"
            for one in parts
        },
    }


def check_installed() -> None:
    """Raise NotInstalled where a package is missing, or JupyterLite is another than was tried."""
    _all_of_the_app()
    versions = {name: installed(name).version for name in _WITH_EXTENSIONS}
    if versions[_KERNEL] != _TRIED:
        raise _another(_KERNEL)


def _app_files():
    files = _all_of_the_app()
    bundle = files["build/notebooks/bundle.js"].decode()
    return {name: content for name, content in files.items() if _is_used(name, bundle)}


def _all_of_the_app():
    archive = files_of(_CORE).get(_APP, b"")
    if hashlib.sha256(archive).hexdigest() != _APP_SHA256:
        raise _another(_CORE)
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        members = {one.name.removeprefix("package/"): one for one in opened if one.isfile()}
        return {name: opened.extractfile(one).read() for name, one in members.items()}


def _another(name):
    return NotInstalled(
        f"{name} is not the version that notebooks in the browser were tried with. Install that "
        "one with\n    pip install 'mlpteach[site]'"
    )


def _is_used(name, bundle):
    """Whether the app for one notebook may ask for a file."""
    if name.endswith(".map"):
        return False
    if name.startswith(_APP_FOLDERS) or name in _APP_FILES:
        return True
    chunk = re.fullmatch(r"build/(\d+)\.([0-9a-f]+)\.js", name)
    if chunk:
        return f'{chunk[1]}:"{chunk[2]}"' in bundle
    return re.fullmatch(r"build/([\w.]+\.js|[\w-]+\.woff2?|third-party.*)", name) is not None


def _extension_files():
    """Return the files of the extensions: for the kernel, for widgets."""
    found = {}
    for package in _WITH_EXTENSIONS:
        for path, content in files_of(package).items():
            name = path.removeprefix(_EXTENSIONS)
            if name != path and not name.endswith((".map", ".orig", "install.json", ".whl")):
                found[name] = content
    return found


def _packages(extensions):
    """Return what each extension says of itself."""
    names = sorted(name for name in extensions if name.endswith("/package.json"))
    return [json.loads(extensions[name]) for name in names]


def _schemas(extensions):
    """Return the extensions' settings, as the app wants to read them."""
    return [
        {
            "id": f"{one['name']}:{PurePosixPath(name).stem}",
            "raw": "{}",
            "schema": json.loads(content),
            "settings": {},
            "version": one["version"],
        }
        for one in _packages(extensions)
        for name, content in sorted(extensions.items())
        if name.startswith(f"{one['name']}/schemas/") and name.endswith(".json")
    ]


def _config(plain, extensions, python):
    """Return the app's configuration, with the extensions, the kernel and our settings."""
    config = json.loads(plain)
    loaded = [{"name": one["name"], **one["jupyterlab"]["_build"]} for one in _packages(extensions)]
    config["jupyter-config-data"] |= {
        "appName": "mlpteach",
        "appUrl": "./..",  # to the site's start page
        "contentsAllJsonFile": "all.json",
        "disabledExtensions": list(_DISABLED),
        "federated_extensions": loaded,
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": _kernel_settings(python)
        },
        "settingsOverrides": _SETTINGS,
    }
    return config


def _kernel_settings(python):
    return {
        "pyodideUrl": f"./{python.start}",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": list(_THERE),
            "loaded": list(python.packages),
            "pyodideURL": python.pyodide,
            "sourcesURL": python.sources,
            "modulesURL": python.modules,
        },
    }


def _listing(notebooks):
    """Return what Jupyter's interface of contents says of the folder with the notebooks."""
    files = [_entry(name, "notebook", len(notebooks[name])) for name in sorted(notebooks)]
    return _entry("", "directory", None) | {"format": "json", "content": files}


def _entry(name, kind, size):
    return {
        "name": name, "path": name, "type": kind, "size": size, "writable": True,
        "created": _DATE, "last_modified": _DATE,
        "content": None, "format": None, "mimetype": None,
    }  # fmt: skip


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False).encode()
