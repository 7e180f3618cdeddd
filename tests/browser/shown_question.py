"""A question on a page of its own: its module runs against the widget itself, without Jupyter.

What the page sets and sends goes to Python, what Python changes comes back.
"""

import json

from mlpteach.quiz import QuestionWidget

BRIDGE = """
async (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { render } = (await import(url)).default;
  const handlers = {};
  const state = JSON.parse(await kernel("{}"));
  const pending = {};
  let asked = 0;
  // As in Jupyter, an echo of what has been changed again since then counts for nothing.
  const call = async (content) => {
    const number = (asked += 1);
    const text = await kernel(JSON.stringify(content));
    if (number === asked) take(text);
  };
  const take = (text) => {
    const changed = JSON.parse(text);
    for (const [name, value] of Object.entries(changed)) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) delete changed[name];
      else state[name] = value;
    }
    for (const name of Object.keys(changed)) for (const f of handlers[`change:${name}`] ?? []) f();
  };
  const model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = pending[name] = value; },
    save_changes: () => {
      const set = { ...pending };
      for (const name of Object.keys(pending)) delete pending[name];
      call({ set });
    },
    send: (message) => call({ message }),
    on: (name, f) => (handlers[name] ??= []).push(f),
    off: () => {},
  };
  render({ model, el: document.getElementById("here") });
}
"""
STATE = ("shown", "answer", "draft", "verdict", "revealed", "note")


class Shown:
    """A question on a page of its own."""

    def __init__(self, page, widget, dark=False):
        self.page, self.widget, self.errors = page, widget, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.expose_function("kernel", self._kernel)
        scheme = "dark" if dark else "light"
        page.emulate_media(color_scheme=scheme)
        page.set_content(
            f"<!doctype html><meta name='color-scheme' content='{scheme}'>"
            f"<style>{QuestionWidget._css}</style>"
            "<body style='background:Canvas'><div id='here'></div>"
        )
        page.evaluate(BRIDGE, QuestionWidget._esm)
        page.wait_for_selector(".mlp-question")

    def _kernel(self, text):
        call = json.loads(text)
        for name, value in call.get("set", {}).items():
            setattr(self.widget, name, value)
        if "message" in call:
            self.widget._receive(None, call["message"], [])
        return json.dumps({name: getattr(self.widget, name) for name in STATE})

    def verdict(self, right):
        self.page.wait_for_selector(f".verdict[data-right={right}]")
        return self.page.locator(".verdict").inner_text()
