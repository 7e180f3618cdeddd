// Write HTML where other HTML stands: what stands already would cost a parse and a layout again.

const writtenIn = new WeakMap();

function writeHtml(node, html) {
  if (writtenIn.get(node) === html) return;
  writtenIn.set(node, html);
  node.innerHTML = html;
}
