"""What a cell shows, in nbformat's form and cut to a sensible size."""

import base64
import io

MOST_TEXT = 100_000
MOST_OUTPUTS = 50
MOST_IMAGE = 2_000_000
MOST_IMAGES = 10_000_000  # characters of all pictures of a cell; a message takes 16 million
# On these an ordinary test's mark hangs: the first of each is kept, whatever came before.
_DECIDING = (("error", None), ("execute_result", None), ("stream", "stderr"))
_LEAST_WARNING = 1000  # characters
_KINDS = ("text/plain", "image/png", "image/jpeg")


class Outputs(list):
    """The outputs of one cell."""

    def __init__(self):
        super().__init__()
        self.text_left, self.images_left = MOST_TEXT, MOST_IMAGES

    def stream(self, name, text):
        if self._decides(("stream", name)):
            self.text_left = max(self.text_left, _LEAST_WARNING)
        if self.text_left <= 0:
            return
        if len(text) > self.text_left:
            text = text[: self.text_left] + "\n… the rest is left out\n"
        self.text_left -= len(text)
        last = self[-1] if self else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._add({"output_type": "stream", "name": name, "text": text})

    def data(self, kind, bundle, **more):
        kept = {}
        for key, value in bundle.items():
            if key not in _KINDS:
                continue
            if isinstance(value, (bytes, bytearray)):
                value = base64.b64encode(value).decode()
            if not isinstance(value, str):
                continue
            if key == "text/plain":
                kept[key] = value[:MOST_TEXT]
            elif len(value) <= min(MOST_IMAGE, self.images_left):
                kept[key] = value
                self.images_left -= len(value)
        if kept:
            self._add({"output_type": kind, "data": kept, "metadata": {}, **more})

    def error(self, name, value, lines):
        self._add(
            {
                "output_type": "error",
                "ename": str(name)[:200],
                "evalue": str(value)[:2000],
                "traceback": [str(line)[:5000] for line in lines[:100]],
            }
        )

    def _add(self, output):
        if len(self) < MOST_OUTPUTS or self._decides(_kind(output)):
            self.append(output)

    def _decides(self, kind):
        """Whether a mark may hang on an output of this kind, and none is kept yet."""
        return kind in _DECIDING and kind not in map(_kind, self)


def _kind(output):
    return output["output_type"], output.get("name")


class Stream(io.TextIOBase):
    """Takes the place of sys.stdout or sys.stderr."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name, number, shell):
        self.name, self._number, self._shell = name, number, shell

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._shell.outputs.stream(self.name, text)
        return len(text)

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        return self._number
