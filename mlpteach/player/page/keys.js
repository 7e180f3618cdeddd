// Keys typed on a dashboard or into a question must not reach the notebook behind, whose shortcuts they
// may be; those with Ctrl or Cmd are meant for it, as to save.

const isForNotebook = (event) => event.ctrlKey || event.metaKey;

// JupyterLab looks its shortcuts up while an event is on its way down, and passes over what has this mark.
function keepKeys(root) {
  const mark = (event) => {
    if (!root.contains(event.target)) return;
    for (const node of [root, event.target]) node.toggleAttribute("data-lm-suppress-shortcuts", !isForNotebook(event));
  };
  root.addEventListener("keydown", (event) => {
    if (!isForNotebook(event)) event.stopPropagation();
  });
  window.addEventListener("keydown", mark, true); // before the notebook's own
  return () => window.removeEventListener("keydown", mark, true);
}
