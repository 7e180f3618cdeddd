"""What a package that is handed on says of its licence."""

from email.parser import Parser

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this
software and associated documentation files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or
substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def is_licence(path: str) -> bool:
    """Whether a file of a wheel is a licence of the whole package."""
    folder, _, file = path.rpartition("/")
    told = file.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE"))
    return ".dist-info" in folder and told and not file.endswith(".py")


def licence_in_metadata(metadata: str) -> str:
    """Return what the metadata of a package without a licence file say, with the text if it is MIT.

    Examples
    --------
    >>> licence_in_metadata("Name: a\\nAuthor: Ada\\nLicense: MIT\\n").splitlines()[:2]
    ['MIT License', 'Copyright (c) Ada']
    """
    said = Parser().parsestr(metadata, headersonly=True)
    name = said["License-Expression"] or said["License"] or "see its project"
    holder = said["Author"] or said["Author-email"] or f"the authors of {said['Name']}"
    text = f"\n\n{MIT}" if name.startswith("MIT") else ""
    name = "MIT License" if name.startswith("MIT") else name
    return f"{name}\nCopyright (c) {holder}{text}"
