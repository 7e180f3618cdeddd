// The state as text, the same that state.py writes and reads.

function stateText(name, values, position) {
  const text = (value) => (Array.isArray(value) ? value.map(text).join(",") : encodeURIComponent(String(value)));
  const pairs = Object.entries({ ...position, ...values }).map(([key, value]) => `${key}=${text(value)}`);
  return `${name}?${pairs.join("&")}`;
}

function statePosition(text) {
  const query = new URLSearchParams(text.trim().split("?")[1] ?? "");
  const names = ["k", "line", "row", "column"].filter((name) => query.has(name));
  return Object.fromEntries(names.map((name) => [name, Number(query.get(name))]));
}
