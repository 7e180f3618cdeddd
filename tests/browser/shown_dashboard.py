"""A dashboard on a page of its own, without Jupyter: its module, and Python's core if it answers.

All that travels goes through JSON with its keys in another order, as in a saved notebook's file.
"""

import base64
import json

from mlpteach.player.page_source import MODULE, STYLE

SHOW = """
async ([source, text]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const heard = {}, state = {};
  const tell = (event, ...what) => {
    for (const listener of heard[event] ?? []) listener(...what);
  };
  const unpack = (packed) => {
    const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
    return new DataView(bytes.buffer);
  };
  const replace = ({ spec, position, pictures }, [numbers, frames]) => {
    pictures = { ...state.pictures, ...pictures };
    Object.assign(state, { spec, position, pictures, numbers, frames });
    tell("change:spec");
    tell("change:position");
  };
  const take = (answers) => {
    for (const [message, packed] of JSON.parse(answers)) {
      const buffers = packed.map(unpack);
      if (message.type === "history") replace(message, buffers);
      else tell("msg:custom", message, buffers);
    }
  };
  const send = async (message) => {
    if (!window.python) return;
    const held = Object.keys(state.pictures);
    take(await window.python(JSON.stringify({ ...message, pictures: held })));
  };
  take(text);
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; },
    save_changes: () => send({ type: "position", position: state.position }),
    on: (event, listener) => (heard[event] ??= []).push(listener),
    off: () => {},
    send: (message) => {
      if (window.unreachable) throw new Error("Cannot send");
      send(message);
    },
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


def show(page, core, order=with_sorted_keys, live=False):
    """Show a dashboard where it stands.

    Parameters
    ----------
    page : playwright.sync_api.Page
    core : Core
    order : callable
        Plain data -> JSON.
    live : bool
        Whether Python answers the page.

    Returns
    -------
    list of str
        The errors that the page has met; more may come.
    """
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if live:
        page.expose_function("python", lambda text: _packed(core.answer(json.loads(text)), order))
    page.set_content(
        "<!doctype html><meta name='color-scheme' content='light'>"
        f"<style>{STYLE}</style><body><div id='here'></div>"
    )
    page.evaluate(SHOW, [MODULE, _packed([core.history()], order)])
    page.wait_for_selector(".mlp")
    # Pictures are there, and what is drawn at the first size has been drawn.
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return errors


def _packed(answers, order):
    return order(
        [[message, [base64.b64encode(data).decode() for data in buffers]]
         for message, buffers in answers]
    )  # fmt: skip
