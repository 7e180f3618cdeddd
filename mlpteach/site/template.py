"""What all pages of the site have in common."""

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A place of the site: where it is, relative to the page, and what it is called.

    A file to keep says so, or some browsers would show it as text.
    """

    address: str
    text: str
    file: bool = False

    def html(self, kind: str = "") -> str:
        attribute = (f' class="{kind}"' if kind else "") + (" download" if self.file else "")
        return f'<a{attribute} href="{html.escape(self.address)}">{html.escape(self.text)}</a>'


def write_page(title: str, body: str, style: str, links: list[Link], script: str = "") -> str:
    """Return a page of the site.

    Parameters
    ----------
    title : str
    body : str
        HTML of its main part.
    style : str
        Address of the style sheet.
    links : list of Link
        At the top.
    script : str
        HTML behind the main part.
    """
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{html.escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{html.escape(style)}">
</head>
<body>
<header class="top"><nav aria-label="site">{" ".join(link.html() for link in links)}</nav></header>
<main>
{body}
</main>
{script}</body>
</html>
"""
