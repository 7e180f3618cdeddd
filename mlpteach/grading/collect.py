"""``nbgrader collect`` that no single submission can stop, and that follows no links."""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.exchange.default.collect import ExchangeCollect
from nbgrader.utils import parse_utc

from mlpteach.grading.tidy import tidy

_TOLERANCE = timedelta(minutes=10)  # for slow copies and clocks of other machines


class Collect(ExchangeCollect):
    """The exchange's collect; a student may have put anything into the drop box."""

    def do_copy(self, src, dest, log=None):
        """Copy one submission; what cannot be copied is said, and the others go on."""
        try:
            self._check_size(src)
            with tempfile.TemporaryDirectory(prefix="mlpteach-") as scratch:
                clean = Path(scratch, "submission")
                shutil.copytree(src, clean, symlinks=True, copy_function=_copy)
                for note in [*tidy(clean, []), *earlier_than_it_came(clean, src)]:
                    self.log.warning("%s: %s", Path(src).name, note)
                super().do_copy(clean, dest)
        except Exception as error:
            self.log.error("%s could not be collected: %s", Path(src).name, error)

    def _check_size(self, src):
        # Before anything is copied: a file may claim more than the disk holds.
        most = 1000 * self.coursedir.max_dir_size
        if self.get_size(src) > most:
            raise ValueError(f"it is larger than {most >> 20} MB (CourseDirectory.max_dir_size)")


def earlier_than_it_came(folder, src):
    """Say so where a submission claims to be older than its folder in the exchange.

    nbgrader believes the time in a file of the student's, but the folder's is the system's word.

    Parameters
    ----------
    folder : Path
        The submission, with its ``timestamp.txt``.
    src : str or Path
        Where it lies in the exchange.

    Returns
    -------
    list of str
    """
    try:
        claimed = parse_utc((folder / "timestamp.txt").read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return []
    came = datetime.fromtimestamp(os.stat(src).st_ctime, UTC).replace(tzinfo=None)
    if came - claimed < _TOLERANCE:
        return []
    return [f"its timestamp.txt says {claimed:%F %R}, the exchange {came:%F %R} UTC: was it late?"]


def _copy(source, target, **keywords):
    """Copy a file, but not a pipe or a device, which would wait or never end."""
    if Path(source).is_symlink() or Path(source).is_file():
        return shutil.copy2(source, target, **keywords)
    return target
