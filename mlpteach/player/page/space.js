// Space plays the dashboard in view, also while the focus is elsewhere on the page, unless it is where
// a space is typed or presses something, or a notebook has chosen another cell.

const USES_SPACE = "input, textarea, select, button, a, summary, [contenteditable], [role=button], .cm-editor, .mlp, .mlp-question";

function isForDashboard(event, root) {
  const { target } = event;
  if (event.key !== " " || event.defaultPrevented || event.altKey || event.shiftKey || isForNotebook(event)) return false;
  if (target.isContentEditable || target.closest?.(USES_SPACE)) return false;
  const chosen = document.querySelector(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active");
  return (!chosen || chosen.contains(root)) && mostVisible() === root;
}

function shareInView(node) {
  const { top, bottom, height } = node.getBoundingClientRect();
  return (Math.min(bottom, innerHeight) - Math.max(top, 0)) / Math.min(height || Infinity, innerHeight);
}

// The dashboard of which most is in view; none where that is less than a third.
function mostVisible() {
  const [best] = [...document.querySelectorAll(".mlp")].map((node) => [shareInView(node), node])
    .filter(([seen]) => seen > 1 / 3).toSorted((a, b) => b[0] - a[0]);
  return best?.[1];
}

// Return what ends it.
function playOnSpace(root, play) {
  const listen = (event) => {
    if (!isForDashboard(event, root)) return;
    event.preventDefault();
    play();
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}
