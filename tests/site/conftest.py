"""The site of all lectures, written once."""

import pytest
from site_folder import write_site


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """A site whose pages do not wake."""
    folder = tmp_path_factory.mktemp("site") / "out"
    done = write_site(folder)
    assert done.returncode == 0, done.stderr
    assert str(folder) in done.stdout
    return folder
