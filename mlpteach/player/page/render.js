// What anywidget calls for each place where the dashboard is shown.

function render({ model, el }) {
  const root = element("div", {
    class: "mlp", tabindex: 0, role: "group", "aria-label": model.get("spec").title,
    "data-lm-suppress-shortcuts": "true",
  });
  // A notebook's shortcut that is for whatever has the focus is looked up there before it is here.
  root.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true"));
  el.append(root);
  const dashboard = new Dashboard(model, root);
  return () => dashboard.close();
}

export default { render };
