// The one way to make an element, here and in quizzes; and what a page tells of its style.

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

// The page's colour as a number: a canvas that stands in no page takes Canvas, which a dark page may
// name, for white.
function pageColor(node) {
  const probe = element("i", { style: "color: var(--page); display: none" });
  node.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
