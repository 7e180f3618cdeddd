// Formulas, code and what it printed, where they are wider than their place: keys scroll them.

const nameOf = (node) => (node.matches(".formula") ? "formula" : node.matches(".text") ? "output" : "code");

const widths = new ResizeObserver((changed) => {
  for (const { target } of changed) letKeysScroll(target, nameOf(target), target.scrollWidth > target.clientWidth);
});

function watchWidths(root) {
  for (const node of root.querySelectorAll("main pre, span.formula")) widths.observe(node);
}
