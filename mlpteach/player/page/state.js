// The state as text, the same that state.py writes and reads.

const POSITION = ["k", "line", "row", "column"];

function stateText({ name, controls }, values, position) {
  const text = (value) => (Array.isArray(value) ? value.map(text).join(",") : encodeURIComponent(String(value)));
  const all = { ...position, ...values };
  const keys = [...POSITION, ...controls.map((control) => control.name)].filter((key) => key in all);
  return `${name}?${keys.map((key) => `${key}=${text(all[key])}`).join("&")}`;
}

const asNumber = (part) => (part !== "" && Number.isFinite(Number(part)) ? String(Number(part)) : part);

// Name, values and place of a state's text. Python's 1.0 and 1e-08 are the page's 1 and 1e-8.
function readState(text) {
  const [name, query = ""] = text.trim().split("?");
  const values = {}, position = {};
  for (const [key, written] of new URLSearchParams(query)) {
    if (POSITION.includes(key)) position[key] = Number(written);
    else values[key] = written.split(",").map(asNumber).join();
  }
  return { name, values, position };
}
