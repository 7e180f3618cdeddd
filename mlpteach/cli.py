"""The command ``mlpteach``: ``lecture``, ``notes``, ``site``, ``grade``, ``feedback``, …"""

import argparse
import importlib.util
import os
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from mlpteach import __version__
from mlpteach.lecture_copies import copy_lectures, lecture_folder, notebook_names
from mlpteach.speaker_notes import speaker_notes

HOST = "127.0.0.1"
JUPYTER_CONFIG = Path(__file__).parent / "jupyter_config"
# JupyterLab's name for an arrangement of its panels; it stands in the address, too.
WORKSPACE = "mlpteach-lecture"


class CommandError(Exception):
    """What went wrong and what to do about it, for the person at the terminal."""


def main(arguments=None):
    """Run the command; return its exit code.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of those of the command line.
    """
    parser = make_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    try:
        code = options.run(options) or 0
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read along, such as `head`, has left; the interpreter's own flush must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141  # what shells expect of a command that wrote to nobody
    except CommandError as error:
        print(f"mlpteach: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # what shells expect of a command ended by Ctrl-C


def make_parser():
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="mlpteach", description="Neural network optimization, taught live in Jupyter."
    )
    parser.add_argument("--version", action="version", version=f"mlpteach {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_lecture(commands)
    _add_notes(commands)
    _add_site(commands)
    _add_grade(commands)
    _add_grade_jobs(commands)
    _add_feedback(commands)
    _add_new_exercise(commands)
    return parser


def _add_lecture(commands):
    lecture = commands.add_parser(
        "lecture",
        help="open the lectures in JupyterLab",
        description="Copy the lectures to a folder to work in and open them in JupyterLab. "
        "What you changed there is never overwritten. A dashboard's link instead of a name, "
        'such as "race?k=40", opens its lecture there.',
    )
    _add_name_and_directory(lecture)
    lecture.add_argument(
        "--port",
        type=read_port,
        metavar="N",
        help="the port of JupyterLab, 0 for any free one (default: 8888 or the next free one)",
    )
    lecture.add_argument(
        "--no-browser", action="store_true", help="print the address, do not open a browser"
    )
    lecture.set_defaults(run=open_lecture)


def _add_notes(commands):
    notes = commands.add_parser(
        "notes",
        help="print a lecture's notes for its speaker, with minutes",
        description="Print the notes that stand folded in a lecture: of your copy, where there is "
        "one, else of the original.",
    )
    _add_name_and_directory(notes)
    notes.set_defaults(run=print_notes)


def _add_site(commands):
    site = commands.add_parser(
        "site",
        help="write the lectures as pages for any web server",
        description="Write the lectures as a folder of pages for any web server. Their dashboards "
        "play at once; with --pyodide the first touch of a control wakes up a Python in the page, "
        "and lectures and problem sets are there as notebooks that run in the browser.",
    )
    site.add_argument("folder", type=Path, metavar="OUT", help="the folder to write")
    site.add_argument(
        "--pyodide",
        type=Path,
        metavar="DIR",
        help="an unpacked full release of Pyodide, from which the site takes what it needs",
    )
    site.set_defaults(run=write_site)


def _add_name_and_directory(command):
    command.add_argument(
        "name", nargs="?", help="which lecture: its number or name (default: the first)"
    )
    command.add_argument(
        "--directory",
        type=Path,
        default=Path("mlpteach-lectures"),
        metavar="DIR",
        help="the folder to work in (default: %(default)s)",
    )


def _add_grade(commands):
    grade = commands.add_parser(
        "grade",
        help="grade an assignment of a whole class",
        description="Grade what is in an nbgrader course's folder submitted/, several students at "
        "a time, each in a sandbox. What is graded already is kept.",
    )
    grade.add_argument("assignment", help="such as ps2_adam")
    grade.add_argument(
        "--student",
        metavar="ID",
        help="grade only this student; a pattern may name several, such as 'a*'",
    )
    grade.add_argument("--force", action="store_true", help="grade again what is graded")
    grade.add_argument(
        "--course", default=".", metavar="DIR", help="the nbgrader course (default: this folder)"
    )
    grade.add_argument(
        "--without-sandbox",
        action="store_true",
        help="grade where no sandbox works: students' code runs as you, and can change your files",
    )
    grade.add_argument(
        "--db", metavar="URL", help="the gradebook, such as postgresql+psycopg:///course"
    )
    _add_where(grade.add_mutually_exclusive_group())
    grade.set_defaults(run=grade_class)


def _add_where(grade):
    """Let one say where students' work is graded."""
    grade.add_argument(
        "--graders",
        type=int,
        metavar="N",
        help="how many students at the same time (default: one more than processors)",
    )
    grade.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on the workers of a Dask cluster, such as tls://host:8786 (default: "
        "DASK_SCHEDULER_ADDRESS, where it is set)",
    )
    grade.add_argument(
        "--scheduler-file", type=Path, metavar="FILE", help="the same, by Dask's scheduler file"
    )
    grade.add_argument(
        "--jobs",
        type=Path,
        metavar="DIR",
        help="write jobs for `mlpteach grade-jobs`, and record what it has answered",
    )


def _add_grade_jobs(commands):
    command = commands.add_parser(
        "grade-jobs",
        help="grade jobs that lie in a folder, on any machine",
        description="Answer the jobs that `mlpteach grade ASSIGNMENT --jobs DIR` wrote, one after "
        "the other; give that command again to record the answers. What is answered is kept.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="the folder with the jobs")
    command.add_argument(
        "--part",
        default="1/1",
        metavar="K/N",
        help="answer every N-th job only, from the K-th on: 3/20 is the third of twenty parts",
    )
    command.set_defaults(run=grade_jobs)


def _add_feedback(commands):
    command = commands.add_parser(
        "feedback",
        help="write the feedback of a whole class",
        description="Write a page for everybody who is graded, several students at a time; it is "
        "the page of `nbgrader generate_feedback`. A page that was made from the same notebook and "
        "marks is kept.",
    )
    command.add_argument("assignment", help="such as ps2_adam")
    command.add_argument(
        "--student", metavar="ID", help="only this student; a pattern may name several"
    )
    command.add_argument("--force", action="store_true", help="write again what is there")
    command.add_argument(
        "--course", default=".", metavar="DIR", help="the nbgrader course (default: this folder)"
    )
    command.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="how many students at the same time (default: one more than processors)",
    )
    command.add_argument(
        "--db", metavar="URL", help="the gradebook, such as postgresql+psycopg:///course"
    )
    command.set_defaults(run=write_feedback)


def _add_new_exercise(commands):
    command = commands.add_parser(
        "new-exercise",
        help="begin an exercise of your own, with checks",
        description="Write a small exercise that works into a course: its notebook, checks.py and "
        "mistakes.toml, to be changed. Without a course its settings are written, too.",
    )
    command.add_argument("name", help="such as ps5_dropout")
    command.add_argument(
        "--course", default=".", metavar="DIR", help="the nbgrader course (default: this folder)"
    )
    command.set_defaults(run=begin_exercise)


def read_port(text):
    """Read a port number of the command line."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(
            f"a port is a whole number from 0 (any free one) to 65535; given {text!r}"
        )
    return int(text)


def begin_exercise(options):
    """Do what ``mlpteach new-exercise`` promises."""
    _need_nbgrader()
    from mlpteach.grading.course.new_exercise import CannotBegin, new_exercise
    from mlpteach.grading.settings import ON_WINDOWS

    if sys.platform == "win32":
        raise CommandError(ON_WINDOWS)
    try:
        written = new_exercise(options.name, options.course)
    except CannotBegin as error:
        raise CommandError(str(error)) from error
    print("Written:", *(f"    {path}" for path in written), sep="\n")
    print(
        f"Change them, then, in {Path(options.course).absolute()}:\n"
        f"    nbgrader generate_assignment {options.name}\n"
        f"and, when it is handed in:\n    mlpteach grade {options.name}"
    )


def _need_nbgrader():
    """Say so where nbgrader is missing."""
    if importlib.util.find_spec("nbgrader") is None:
        raise CommandError(
            "nbgrader is not installed beside this Python. Install it with\n"
            f"    {sys.executable} -m pip install nbgrader"
        )


def grade_class(options):
    """Do what ``mlpteach grade`` promises."""
    _need_a_grader()
    # Graders are processes enough, and NumPy's threads wait by working.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mlpteach.grading import class_run, command

    try:
        return command.grade(options)
    except class_run.CannotGrade as error:
        raise CommandError(str(error)) from error


def write_feedback(options):
    """Do what ``mlpteach feedback`` promises."""
    _need_a_grader()
    from mlpteach.grading import class_run, feedback_command

    try:
        return feedback_command.write(options)
    except class_run.CannotGrade as error:
        raise CommandError(str(error)) from error


def grade_jobs(options):
    """Do what ``mlpteach grade-jobs`` promises."""
    _need_a_grader()
    from mlpteach.grading import class_run
    from mlpteach.grading.cluster import job_files

    try:
        return job_files.answer_part(options.folder, options.part)
    except class_run.CannotGrade as error:
        raise CommandError(str(error)) from error


def _need_a_grader():
    """Say so where nothing can be graded."""
    from mlpteach.grading.settings import ON_WINDOWS

    if sys.platform == "win32":
        raise CommandError(ON_WINDOWS)
    _need_nbgrader()


def print_notes(options):
    """Do what ``mlpteach notes`` promises."""
    originals = lecture_folder()
    name = find_lecture(notebook_names(originals), options.name)
    copy = options.directory.expanduser() / name
    path = copy if copy.is_file() else originals / name
    try:
        notes = speaker_notes(path.read_text("utf-8"))
    except (OSError, ValueError, KeyError) as error:
        raise CommandError(f"{path} cannot be read as a notebook: {error!r}.") from error
    print(notes or f"{path} has no notes.")


def write_site(options):
    """Do what ``mlpteach site`` promises."""
    from mlpteach.site.build import NotASite, build_site
    from mlpteach.site.compiled import can_compile
    from mlpteach.site.installed import NotInstalled
    from mlpteach.site.pyodide import NoPyodide

    originals = lecture_folder()
    notebooks = [originals / name for name in notebook_names(originals)]
    try:
        folder = build_site(notebooks, options.folder, options.pyodide)
    except (NotASite, NoPyodide, NotInstalled, OSError, RuntimeError, ValueError) as error:
        raise CommandError(str(error)) from error
    if options.pyodide and not can_compile():
        print("Nothing was compiled, for there is no node: the pages take longer to wake up.")
    print(f"The site is in {folder}. To look at it: python3 -m http.server --directory {folder}")


def open_lecture(options):
    """Do what ``mlpteach lecture`` promises; every check comes before any work."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise CommandError(
            "JupyterLab is not installed beside this Python. Install it with\n"
            f"    {sys.executable} -m pip install jupyterlab"
        )
    originals = lecture_folder()
    place = find_link(originals, options.name)
    notebook = place.notebook if place else find_lecture(notebook_names(originals), options.name)
    port = None if options.port is None else claim_port(options.port)
    folder = options.directory.expanduser().absolute()
    try:
        notes = copy_lectures(originals, folder)
    except OSError as error:
        raise CommandError(
            f"the lectures cannot be copied to {folder}: {error}.\n"
            "Choose a folder that you can write to with --directory DIR."
        ) from error
    print(f"The lectures are in {folder}", *notes, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as extensions:
        if place:
            lead_to(place, options.name, Path(extensions))
        start_jupyterlab(
            folder, notebook, Path(extensions), port=port, browser=not options.no_browser
        )


def find_link(originals, name):
    """Return the place of the dashboard that a link such as "race?k=40" names; None for a name."""
    if name is None or "?" not in name:
        return None
    from mlpteach import lecture_links

    try:
        place = lecture_links.find_place(originals, name)
    except lecture_links.LinkError as error:
        raise CommandError(str(error)) from error
    return place


def lead_to(place, link, extensions):
    """Let JupyterLab run the lecture down to the place that a link names, in the link's state."""
    from mlpteach import lecture_links

    lecture_links.write_extension(extensions, place.cell)
    lecture_links.pass_on(place, link)


def find_lecture(notebooks, wanted):
    """Return the one file name of `notebooks` that `wanted` names (None: the first).

    Examples
    --------
    >>> find_lecture(["01_minibatch_momentum.ipynb", "02_adaptive_optimizers.ipynb"], "2")
    '02_adaptive_optimizers.ipynb'
    """
    if not notebooks:
        raise CommandError("this installation of mlpteach holds no lectures; install it again.")
    if wanted is None:
        return notebooks[0]
    exact = [name for name in notebooks if wanted in (name, Path(name).stem)]
    start = wanted.zfill(2) if wanted.isdecimal() else wanted
    found = exact or [name for name in notebooks if name.startswith(start)]
    if len(found) != 1:
        trouble = "fits more than one lecture" if found else "is not a lecture"
        listed = "\n".join(f"    {Path(name).stem}" for name in found or notebooks)
        raise CommandError(f"{wanted!r} {trouble}; choose one of\n{listed}")
    return found[0]


def claim_port(port):
    """Return `port` if a server can listen on it, or a free one for 0."""
    with socket.socket() as probe:
        if os.name == "posix":
            # As the server itself will do: connections still closing do not occupy a port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"port {port} cannot be used: {error.strerror}. Choose another with --port N, "
                "or leave --port out to take the next free one."
            ) from error
        return probe.getsockname()[1]


def start_jupyterlab(folder, notebook, extensions, *, port=None, browser=True):
    """Run JupyterLab on `folder` with `notebook` open, until it is shut down.

    Parameters
    ----------
    folder : Path
    notebook : str
        File name in `folder`.
    extensions : Path
        Folder with further extensions of JupyterLab.
    port : int, optional
        Exactly this port; without it JupyterLab takes 8888 or the next free one.
    browser : bool
        Whether JupyterLab opens a browser.
    """
    from jupyterlab.labapp import LabApp

    settings = {
        "ServerApp.ip": HOST,
        "ServerApp.root_dir": folder,
        "ServerApp.open_browser": browser,
        # Ctrl-C ends it at once: the notebooks are saved by the browser, not here.
        "ServerApp.answer_yes": True,
        "LabApp.extra_labextensions_path": extensions,
        "LabApp.default_url": f"/lab/workspaces/{WORKSPACE}/tree/{quote(notebook)}",
    }
    if port is not None:
        settings |= {"ServerApp.port": port, "ServerApp.port_retries": 0}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container root is the only user; the server listens to this machine alone.
        settings["ServerApp.allow_root"] = True
    use_quiet_settings()
    close_file_browser()
    LabApp.launch_instance(argv=[f"--{name}={value}" for name, value in settings.items()])


def use_quiet_settings():
    """Let JupyterLab neither fetch nor offer news and updates; readers may choose otherwise there.

    Options of the server would not do: the page offers news all the same, over the lecture.
    """
    quiet = str(JUPYTER_CONFIG)
    others = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join([quiet, others] if others else [quiet])


def close_file_browser():
    """Let a reader's first lecture have the whole width; how they arrange it later is kept.

    A workspace of its own: the one in which they work at other times stays as it is.
    """
    from jupyterlab.commands import get_workspaces_dir
    from jupyterlab_server.workspaces_handler import WorkspacesManager

    shipped = JUPYTER_CONFIG / "workspaces" / f"{WORKSPACE}.jupyterlab-workspace"
    kept = WorkspacesManager(get_workspaces_dir())
    with suppress(OSError, ValueError):  # the lecture opens as well where nothing can be kept
        if not kept.load(WORKSPACE)["data"]:
            kept.save(WORKSPACE, shipped.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
