"""The command line, up to the moment where JupyterLab starts (test_package.py starts it)."""

import json
import socket

import pytest

from mlpteach import __version__, cli, lecture_copies
from mlpteach.cli import CommandError, find_lecture, main
from mlpteach.lecture_copies import RECORD, copy_lectures

NOTEBOOKS = ["03_cost.ipynb", "04_adaptive_optimizers.ipynb", "04_race.ipynb"]


@pytest.fixture
def originals(tmp_path):
    folder = tmp_path / "originals"
    (folder / "figures").mkdir(parents=True)
    for name in NOTEBOOKS:
        (folder / name).write_text(f"{name}, version 1")
    (folder / "figures" / "slide.svg").write_text("<svg/>")
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "03_cost-checkpoint.ipynb").write_text("left by an editor")
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "work"


@pytest.fixture
def started(monkeypatch, originals):
    """Calls of start_jupyterlab, which is not run."""
    calls = []
    monkeypatch.setattr(cli, "lecture_folder", lambda: originals)
    monkeypatch.setattr(
        cli, "start_jupyterlab", lambda *args, **kwargs: calls.append((args[:2], kwargs))
    )
    return calls


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_copy_has_every_lecture_file_and_no_hidden_one(originals, folder):
    assert copy_lectures(originals, folder) == []
    assert names(folder) == sorted([RECORD, "figures/slide.svg", *NOTEBOOKS])
    assert (folder / "03_cost.ipynb").read_text() == "03_cost.ipynb, version 1"


@pytest.mark.parametrize("changed", [False, True])
def test_a_renumbered_lecture_leaves_only_a_copy_that_was_changed(originals, folder, changed):
    copy_lectures(originals, folder)
    if changed:
        (folder / "03_cost.ipynb").write_text("mine")
    (originals / "03_cost.ipynb").rename(originals / "05_cost.ipynb")
    assert copy_lectures(originals, folder) == []
    assert (folder / "03_cost.ipynb").exists() == changed
    assert (folder / "05_cost.ipynb").read_text() == "03_cost.ipynb, version 1"
    assert copy_lectures(originals, folder) == []  # what was given is known no longer
    assert (folder / "03_cost.ipynb").exists() == changed


def test_record_of_files_outside_takes_nothing_away(originals, folder, tmp_path):
    copy_lectures(originals, folder)
    outside = tmp_path / "outside.ipynb"
    outside.write_text("not a lecture")
    record = json.loads((folder / RECORD).read_text())
    record["../outside.ipynb"] = lecture_copies._digest(outside.read_bytes())
    (folder / RECORD).write_text(json.dumps(record))
    copy_lectures(originals, folder)
    assert outside.exists()


def test_an_untouched_copy_follows_the_original(originals, folder):
    copy_lectures(originals, folder)
    for version in ("version 2", "version 3"):
        (originals / "03_cost.ipynb").write_text(version)
        assert copy_lectures(originals, folder) == []
        assert (folder / "03_cost.ipynb").read_text() == version
    assert len(names(folder)) == 5


def test_a_changed_copy_stays_and_nothing_is_said_while_the_original_is_the_same(originals, folder):
    copy_lectures(originals, folder)
    (folder / "03_cost.ipynb").write_text("mine")
    assert copy_lectures(originals, folder) == []
    assert (folder / "03_cost.ipynb").read_text() == "mine"
    assert len(names(folder)) == 5


def test_a_newer_original_is_put_beside_a_changed_copy_once(originals, folder):
    copy_lectures(originals, folder)
    (folder / "03_cost.ipynb").write_text("mine")
    (originals / "03_cost.ipynb").write_text("version 2")
    (note,) = copy_lectures(originals, folder)
    assert "03_cost.ipynb" in note
    assert "03_cost (new).ipynb" in note
    assert copy_lectures(originals, folder) == []
    assert (folder / "03_cost.ipynb").read_text() == "mine"
    assert (folder / "03_cost (new).ipynb").read_text() == "version 2"

    (folder / "03_cost (new).ipynb").write_text("mine too")
    (originals / "03_cost.ipynb").write_text("version 3")
    (note,) = copy_lectures(originals, folder)
    assert "03_cost (new 2).ipynb" in note
    assert (folder / "03_cost.ipynb").read_text() == "mine"
    assert (folder / "03_cost (new).ipynb").read_text() == "mine too"
    assert (folder / "03_cost (new 2).ipynb").read_text() == "version 3"


@pytest.mark.parametrize("record", ["", "{", "[1]", "\x00"])
def test_without_a_readable_record_nothing_is_overwritten(originals, folder, record):
    copy_lectures(originals, folder)
    (folder / "03_cost.ipynb").write_text("mine")
    (folder / RECORD).write_text(record)
    copy_lectures(originals, folder)
    assert (folder / "03_cost.ipynb").read_text() == "mine"
    assert set(NOTEBOOKS) < set(json.loads((folder / RECORD).read_text()))


def test_a_file_that_was_there_before_is_the_readers(originals, folder):
    folder.mkdir()
    (folder / "03_cost.ipynb").write_text("mine")
    copy_lectures(originals, folder)
    assert (folder / "03_cost.ipynb").read_text() == "mine"


def test_a_deleted_copy_comes_back(originals, folder):
    copy_lectures(originals, folder)
    (folder / "03_cost.ipynb").unlink()
    copy_lectures(originals, folder)
    assert (folder / "03_cost.ipynb").is_file()


def test_the_folder_of_the_originals_is_used_as_it_is(originals):
    before = names(originals)
    assert copy_lectures(originals, originals) == []
    assert names(originals) == before


@pytest.mark.parametrize("other", ["--jobs=jobs", "--graders=2", "--scheduler-file=a.json"])
def test_a_class_is_graded_in_one_place(other, capsys):
    with pytest.raises(SystemExit):
        main(["grade", "ps2_adam", "--scheduler=tls://here:8786", other])
    assert "not allowed with argument --scheduler" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "03_cost.ipynb"),
        ("3", "03_cost.ipynb"),
        ("03", "03_cost.ipynb"),
        ("04_race", "04_race.ipynb"),
        ("04_race.ipynb", "04_race.ipynb"),
        ("04_a", "04_adaptive_optimizers.ipynb"),
    ],
)
def test_find_lecture(wanted, found):
    assert find_lecture(NOTEBOOKS, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "about"),
    [
        ("1", "minibatch_momentum"),
        ("2", "adaptive_optimizers"),
        ("03", "cross_entropy"),
        ("4", "activations_initialization"),
        ("05", "no_panacea"),
    ],
)
def test_a_number_opens_that_lecture_of_the_slides(wanted, about):
    real = lecture_copies.notebook_names(lecture_copies.lecture_folder())
    assert find_lecture(real, wanted)[3:] == f"{about}.ipynb"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("04", ["'04' fits more than one", "04_adaptive_optimizers", "04_race"]),
        ("9", ["'9' is not a lecture", "03_cost", "04_adaptive_optimizers", "04_race"]),
        ("", ["fits more than one"]),
    ],
)
def test_find_lecture_lists_what_there_is(wanted, said):
    with pytest.raises(CommandError) as error:
        find_lecture(NOTEBOOKS, wanted)
    assert all(part in str(error.value) for part in said)


def test_lecture_copies_then_starts(started, folder, capsys):
    assert main(["lecture", "03", "--directory", str(folder), "--no-browser"]) == 0
    assert started == [((folder, "03_cost.ipynb"), {"port": None, "browser": False})]
    assert (folder / "03_cost.ipynb").is_file()
    assert str(folder) in capsys.readouterr().out


def test_the_default_folder_is_in_the_current_one(started, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["lecture"]) == 0
    assert started == [
        ((tmp_path / "mlpteach-lectures", "03_cost.ipynb"), {"port": None, "browser": True})
    ]


def test_port_zero_becomes_a_free_port(started, folder):
    assert main(["lecture", "--directory", str(folder), "--port", "0"]) == 0
    assert started[0][1]["port"] > 0


def test_a_port_in_use_is_an_error_before_any_work(started, folder, capsys):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = str(busy.getsockname()[1])
        assert main(["lecture", "--directory", str(folder), "--port", port]) == 1
    assert f"port {port} cannot be used" in capsys.readouterr().err
    assert started == []
    assert not folder.exists()


@pytest.mark.parametrize("port", ["65536", "-1", "80.5", "http", "²", ""])
def test_no_port_number(started, port, capsys):
    with pytest.raises(SystemExit) as exit:
        main(["lecture", f"--port={port}"])
    assert exit.value.code == 2
    assert f"from 0 (any free one) to 65535; given {port!r}" in capsys.readouterr().err


def test_unknown_lecture(started, folder, capsys):
    assert main(["lecture", "99", "--directory", str(folder)]) == 1
    assert "'99' is not a lecture; choose one of\n    03_cost" in capsys.readouterr().err
    assert started == []
    assert not folder.exists()


def test_no_lectures_at_all(started, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cli, "lecture_folder", lambda: tmp_path / "nothing")
    assert main(["lecture"]) == 1
    assert "holds no lectures" in capsys.readouterr().err


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_folder_that_cannot_be_written(started, tmp_path, capsys, inside):
    (tmp_path / "file").write_text("in the way")
    assert main(["lecture", "--directory", str(tmp_path / "file" / inside)]) == 1
    said = capsys.readouterr().err
    assert str(tmp_path / "file") in said
    assert "--directory" in said
    assert started == []


def test_jupyterlab_missing(started, monkeypatch, folder, capsys):
    monkeypatch.setattr(cli.importlib.util, "find_spec", lambda name: None)
    assert main(["lecture", "--directory", str(folder)]) == 1
    assert "-m pip install jupyterlab" in capsys.readouterr().err
    assert not folder.exists()


def test_an_interrupt_ends_quietly(started, monkeypatch, folder, capsys):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "start_jupyterlab", interrupted)
    assert main(["lecture", "--directory", str(folder)]) == 130
    assert capsys.readouterr().err == ""


def test_first_lecture_has_the_whole_width_and_what_a_reader_arranges_stays(monkeypatch, tmp_path):
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path / "workspaces"))
    cli.close_file_browser()
    (kept,) = (tmp_path / "workspaces").iterdir()
    arranged = json.loads(kept.read_text("utf-8"))
    left = arranged["data"]["layout-restorer:data"]["left"]
    assert left["collapsed"]
    left["collapsed"] = False
    kept.write_text(json.dumps(arranged), "utf-8")
    cli.close_file_browser()
    assert json.loads(kept.read_text("utf-8")) == arranged


def test_lecture_opens_where_no_arrangement_can_be_kept(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("JUPYTERLAB_WORKSPACES_DIR", str(tmp_path / "file" / "inside"))
    cli.close_file_browser()


def test_version(capsys):
    with pytest.raises(SystemExit) as exit:
        main(["--version"])
    assert exit.value.code == 0
    assert capsys.readouterr().out == f"mlpteach {__version__}\n"


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 0
    assert "lecture" in capsys.readouterr().out


@pytest.mark.parametrize("packed", [True, False], ids=["wheel", "clone"])
def test_lecture_folder(monkeypatch, tmp_path, packed):
    package = tmp_path / "mlpteach"
    (package / "_lectures" if packed else package).mkdir(parents=True)
    monkeypatch.setattr(lecture_copies, "__file__", str(package / "lecture_copies.py"))
    expected = package / "_lectures" if packed else tmp_path / "lectures"
    assert lecture_copies.lecture_folder() == expected
