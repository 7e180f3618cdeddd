"""A question on a page of its own: the page's module and the plain session, without Jupyter.

What travels between them is text, its keys sorted as a notebook's file has them.
"""

import json

from mlpteach.quiz.page_source import MODULE, STYLE

BRIDGE = """
async ({ source, sends }) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const handlers = {};
  const state = JSON.parse(await python("{}"))[0].state;
  const pending = {};
  const tell = (event, message) => { for (const f of handlers[event] ?? []) f(message); };
  const take = (messages) => {
    for (const message of messages) {
      if (message.type !== "state") tell("msg:custom", message);
      else {
        const { state: changed } = message;
        Object.assign(state, changed);
        for (const name of Object.keys(changed)) tell(`change:${name}`);
      }
    }
  };
  const send = async (message) => take(JSON.parse(await python(JSON.stringify(message))));
  // Whoever lists the names of what came would depend on their order.
  const inside = {
    get: (target, name) => unlisted(target[name]),
    ownKeys: () => { throw new Error("the order of names was asked for"); },
  };
  const isOpen = (value) => typeof value === "object" && value !== null;
  const unlisted = (value) => (isOpen(value) ? new Proxy(value, inside) : value);
  const model = {
    get: (name) => unlisted(state[name]),
    set: (name, value) => { state[name] = pending[name] = value; },
    save_changes: () => {
      if ("draft" in pending) send({ type: "draft", draft: pending.draft });
      delete pending.draft;
    },
    send: (message) => {
      window.asked = performance.now();
      if (!sends) throw new Error("Cannot send");
      send(message);
    },
    on: (name, f) => (handlers[name] ??= []).push(f),
    off: () => {},
  };
  window.tell = take;
  render({ model, el: document.getElementById("here") });
}
"""


class Shown:
    """A question on a page of its own.

    Parameters
    ----------
    page : playwright.sync_api.Page
    session : mlpteach.quiz.session.Session
    dark : bool
    answers : callable, optional
        (message) -> list of messages; by default ``session.receive``.
    sends : bool
        Whether the page's model can send, or raises as one without a kernel does.
    """

    def __init__(self, page, session, dark=False, answers=None, sends=True):
        self.page, self.session, self.errors = page, session, []
        self._answers = answers or session.receive
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.expose_function("python", self._python)
        scheme = "dark" if dark else "light"
        page.emulate_media(color_scheme=scheme)
        page.set_content(
            f"<!doctype html><meta name='color-scheme' content='{scheme}'>"
            f"<style>{STYLE}</style>"
            "<body style='background:Canvas'><div id='here'></div>"
        )
        page.evaluate(BRIDGE, {"source": MODULE, "sends": sends})
        page.wait_for_selector(".mlp-question")

    def _python(self, text):
        message = json.loads(text)
        if message:
            messages = self._answers(message)
        else:  # the page opens
            messages = [{"type": "state", "state": self.session.state}]
        return json.dumps(messages, sort_keys=True)

    def tell(self, messages):
        """Bring messages to the page that it waits for no longer, or never asked for."""
        self.page.evaluate("messages => tell(JSON.parse(messages))", json.dumps(messages))

    def verdict(self, right):
        self.page.wait_for_selector(f".verdict[data-right={right}]")
        return self.page.locator(".verdict").inner_text()
