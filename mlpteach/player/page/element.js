// Small helpers over the page's elements.

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "html") made.innerHTML = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function isDark(node) {
  const [r, g, b] = (getComputedStyle(node).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return 0.3 * r + 0.6 * g + 0.1 * b > 128; // light text: dark page
}
