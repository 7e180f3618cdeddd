"""Messages over a socket: a length, JSON, and the raw bytes of arrays. No pickle, no npy.

Whoever reads trusts nothing: lengths are capped, dtypes come from a short list, and an array's
shape has to account for exactly the bytes that came.
"""

import json
import struct
import time

import numpy as np

# What a cell says of a shell line.
COMMAND_PUT_ASIDE = "(a command of the system: not run while grading)"
COMMAND_SHOWS = "(a command that only shows something: not run while grading)"
USED = b"used\n"  # asks a keeper for the seconds of the processor
# So many times a limit may go by on the clock: waiting and a busy machine are no work.
NET = 6
HEADER = struct.Struct("!II")
MOST_JSON = 16 << 20
MOST_BYTES = 64 << 20
_AT_ONCE = 1 << 16  # bytes
_DEEPEST = 8
_LARGEST_INT = 10**300
_DTYPES = {
    np.dtype(name).str: np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "longdouble"),
    )
}


class BadFrame(Exception):
    """The other side sent something that is no message, or ended."""


class TooLate(Exception):
    """Nothing (complete) came before the deadline."""


class NotPlain:
    """Stands for a value that cannot travel: only the name of its type does."""

    def __init__(self, type_name):
        self.type_name = type_name


def send(sock, message):
    """Send a dict of plain data and arrays.

    Raises
    ------
    BadFrame
        If it is larger than the reader would take.
    """
    chunks = []
    head = json.dumps(_pack(message, chunks)).encode("ascii")
    body = b"".join(chunks)
    if len(head) > MOST_JSON or len(body) > MOST_BYTES:
        raise BadFrame("too large to be sent")
    sock.sendall(HEADER.pack(len(head), len(body)) + head + body)


class Reader:
    """Reads messages from a socket; what has come of the next one is kept."""

    def __init__(self, sock):
        self._sock, self.kept = sock, bytearray()

    def read(self, size, deadline):
        """Return so many bytes; the socket is asked as seldom as can be."""
        while len(self.kept) < size:
            if deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TooLate
                self._sock.settimeout(left)
            self.kept += self._some(size - len(self.kept))
        said = bytes(self.kept[:size])
        del self.kept[:size]
        return said

    def _some(self, size):
        try:
            part = self._sock.recv(min(max(size, _AT_ONCE), 1 << 20))
        except TimeoutError:
            raise TooLate from None
        except OSError as error:
            raise BadFrame(str(error)) from None
        if not part:
            raise BadFrame("the other side ended")
        return part


def receive(reader, deadline=None):
    """Read one message.

    Parameters
    ----------
    reader : Reader
    deadline : float, optional
        Time of `time.monotonic` at which to give up with TooLate.

    Raises
    ------
    BadFrame, TooLate
    """
    length, size = HEADER.unpack(reader.read(HEADER.size, deadline))
    if length > MOST_JSON or size > MOST_BYTES:
        raise BadFrame("too large")
    said = reader.read(length + size, deadline)
    try:
        message = _unpack(json.loads(said[:length]), _Body(said[length:]), 0)
    except Exception as error:  # whatever can go wrong while reading what an enemy wrote
        raise BadFrame(f"not a message: {type(error).__name__}") from None
    if not isinstance(message, dict):
        raise BadFrame("not a message")
    return message


def _pack(value, chunks, depth=0):
    """Return what JSON can hold; the bytes of arrays go to `chunks`."""
    if value is None or type(value) in (bool, float):
        return value
    if type(value) is str:
        return value.encode("utf-8", "replace").decode()  # lone surrogates
    if type(value) is int:
        return value if -_LARGEST_INT < value < _LARGEST_INT else {"not_plain": "int, huge"}
    if isinstance(value, (np.ndarray, np.generic)):
        return _pack_array(value, chunks)
    if depth < _DEEPEST:
        if type(value) is dict:
            return {"dict": {str(key): _pack(v, chunks, depth + 1) for key, v in value.items()}}
        if isinstance(value, (tuple, list)):  # a named tuple is one, too
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {kind: [_pack(v, chunks, depth + 1) for v in value]}
    if isinstance(value, NotPlain):
        return {"not_plain": str(value.type_name)[:80]}
    return {"not_plain": type(value).__name__[:80]}


def _pack_array(value, chunks):
    # A class of the student's own may lie about what it holds: only its memory is read.
    array = np.array(value, copy=True, subok=False, order="C")
    dtype = array.dtype.newbyteorder("=")
    if dtype.str not in _DTYPES:
        return {"not_plain": f"array of {array.dtype}"[:80]}
    chunks.append(array.astype(dtype, copy=False).tobytes())
    return {"array": [dtype.str, list(array.shape)]}


class _Body:
    """The bytes of a message, each handed out once: a million arrays cannot share them."""

    def __init__(self, data):
        self._data, self._at = memoryview(data), 0

    def take(self, size):
        if size > len(self._data) - self._at:
            raise ValueError
        self._at += size
        return np.frombuffer(self._data, np.uint8, size, self._at - size)


def _unpack(value, body, depth):
    if depth > 2 * _DEEPEST:
        raise ValueError
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise ValueError
        return value
    [(kind, content)] = value.items()
    if kind == "dict":
        return {str(key): _unpack(item, body, depth + 1) for key, item in content.items()}
    if kind in ("tuple", "list"):
        items = [_unpack(item, body, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "array":
        return _unpack_array(*content, body)
    if kind == "not_plain" and isinstance(content, str):
        return NotPlain(content[:80])
    raise ValueError


def _unpack_array(name, shape, body):
    dtype = _DTYPES[name]
    if len(shape) > 16 or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError
    size = 1
    for n in shape:
        size *= n
    array = body.take(size * dtype.itemsize)
    if dtype.kind == "b":
        return (array != 0).reshape(shape)
    return array.copy().view(dtype).reshape(shape)
