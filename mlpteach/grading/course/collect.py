"""``nbgrader collect`` that nothing in the drop box stops, that loses nothing, follows no links."""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nbgrader.exchange.default.collect import ExchangeCollect
from nbgrader.utils import parse_utc

from mlpteach.grading.course.tidy import tidy
from mlpteach.grading.gradebook.group_shared import share_with_group

_TOLERANCE = timedelta(minutes=10)  # for slow copies and clocks of other machines


class Collect(ExchangeCollect):
    """The exchange's collect; a student may have put anything into the drop box."""

    def init_src(self):
        """Find each student's submission; nbgrader counts one twice where others lie between."""
        share_with_group(self.coursedir)
        super().init_src()
        found = {}
        for record in self.src_records:
            found.setdefault(record["username"], []).append(record)
        self.src_records = [self._counting(records) for records in found.values()]

    def _counting(self, records):
        """Return the last one, or the last before the due date where that is asked for."""
        newest = self._sort_by_timestamp(records)
        if self.before_duedate and self.duedate is not None:
            newest = [each for each in newest if each["timestamp"] <= self.duedate] or newest
        return newest[0]

    def _path_to_record(self, path):
        """Read student and time from a folder's name; a student's name may hold a "+"."""
        name = Path(path).name
        student, _, rest = name.rpartition(f"+{self.coursedir.assignment_id}+")
        try:
            time = parse_utc(rest.partition("+")[0])
            time.timestamp()  # it may be no time at all
        except Exception as error:  # whatever a parser of dates may raise
            self.log.warning("%s has no time in its name (%s): its folder's is taken", name, error)
            time = datetime.fromtimestamp(os.stat(path).st_ctime, UTC).replace(tzinfo=None)
        return {"username": student, "filename": name, "timestamp": time}

    def copy_files(self):
        """Copy what is new; an earlier submission goes only when a newer one is ready to lie there.

        nbgrader removes it first, and then may find the new one too large.
        """
        with tempfile.TemporaryDirectory(prefix=".mlpteach-", dir=self.coursedir.root) as folder:
            self._ready = {}
            for record in list(self.src_records):
                source = str(Path(self.inbound_path, record["filename"]))
                try:
                    if self._may_be_new(record["username"]):
                        self._ready[source] = self._copy_clean(source, folder)
                except Exception as error:
                    self.log.error("%s could not be collected: %s", record["filename"], error)
                    self.src_records.remove(record)
            super().copy_files()

    def _may_be_new(self, student):
        place = self.coursedir.format_path(
            self.coursedir.submitted_directory, student, self.coursedir.assignment_id
        )
        return self.update or self.before_duedate or not Path(place).is_dir()

    def do_copy(self, src, dest, log=None):
        """Lay one submission that is ready into its place."""
        shutil.move(self._ready[src], dest)

    def _copy_clean(self, source, folder):
        """Return a copy without links, devices and what nbgrader leaves out."""
        self._check_size(source)
        place = Path(folder, str(len(self._ready)))
        raw = Path(folder, "raw", Path(source).name)
        try:
            shutil.copytree(source, raw, symlinks=True, copy_function=_copy)
            for note in [*tidy(raw, []), *earlier_than_it_came(raw, source)]:
                self.log.warning("%s: %s", Path(source).name, note)
            super().do_copy(raw, place)
        finally:
            shutil.rmtree(raw.parent, ignore_errors=True)
        return place

    def _check_size(self, source):
        # Before anything is copied: a file may claim more than the disk holds.
        most = 1000 * self.coursedir.max_dir_size
        if self.get_size(source) > most:
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
