"""``nbgrader collect`` that no single submission can stop, and that follows no links."""

import shutil
import tempfile
from pathlib import Path

from nbgrader.exchange.default.collect import ExchangeCollect

from mlpteach.grading.tidy import tidy


class Collect(ExchangeCollect):
    """The exchange's collect; a student may have put anything into the drop box."""

    def do_copy(self, src, dest, log=None):
        """Copy one submission; what cannot be copied is said, and the others go on."""
        try:
            self._check_size(src)
            with tempfile.TemporaryDirectory(prefix="mlpteach-") as scratch:
                clean = Path(scratch, "submission")
                shutil.copytree(src, clean, symlinks=True, copy_function=_copy)
                for note in tidy(clean, []):
                    self.log.warning("%s: %s", Path(src).name, note)
                super().do_copy(clean, dest)
        except Exception as error:
            self.log.error("%s could not be collected: %s", Path(src).name, error)

    def _check_size(self, src):
        # Before anything is copied: a file may claim more than the disk holds.
        most = 1000 * self.coursedir.max_dir_size
        if self.get_size(src) > most:
            raise ValueError(f"it is larger than {most >> 20} MB (CourseDirectory.max_dir_size)")


def _copy(source, target, **keywords):
    """Copy a file, but not a pipe or a device, which would wait or never end."""
    if Path(source).is_symlink() or Path(source).is_file():
        return shutil.copy2(source, target, **keywords)
    return target
