"""A dashboard on a page of its own: its module runs on what a saved notebook holds.

A notebook's file holds the state of its widgets as JSON, with keys in an order of its own.
"""

import base64
import json

SHOW = """
async ([source, text, buffers]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const state = JSON.parse(text);
  for (const [name, packed] of Object.entries(buffers)) {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    state[name] = new DataView(bytes.buffer);
  }
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    save_changes: () => {}, on: () => {}, off: () => {}, send: () => {},
  };
  render({ model, el: document.getElementById("here") });
}
"""
# All that stands on the page; where there are canvases, their pixels.
SNAPSHOT = """
() => {
  const root = document.querySelector(".mlp");
  const pixels = [...root.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL());
  return [root.outerHTML, ...pixels];
}
"""


def as_written(state):
    return json.dumps(state)


def with_sorted_keys(state):
    return json.dumps(state, sort_keys=True)


def with_keys_backwards(state):
    return json.dumps(_backwards(state))


def _backwards(value):
    if isinstance(value, dict):
        return {key: _backwards(one) for key, one in reversed(value.items())}
    return [_backwards(one) for one in value] if isinstance(value, (list, tuple)) else value


ORDERS = (as_written, with_sorted_keys, with_keys_backwards)


def show(page, dashboard, order=with_sorted_keys):
    """Show a dashboard where it stands; the keys of all that travels are in another order.

    Returns
    -------
    list of str
        The errors that the page has met; more may come.
    """
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(
        "<!doctype html><meta name='color-scheme' content='light'>"
        f"<style>{dashboard._css}</style><body><div id='here'></div>"
    )
    state = {name: getattr(dashboard, name) for name in ("spec", "pictures", "position")}
    buffers = {
        name: base64.b64encode(getattr(dashboard, name)).decode() for name in ("numbers", "frames")
    }
    page.evaluate(SHOW, [dashboard._esm, order(state), buffers])
    page.wait_for_selector(".mlp")
    # Pictures are there, and what is drawn at the first size has been drawn.
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return errors
