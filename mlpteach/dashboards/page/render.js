// What anywidget calls for each place where the dashboard is shown.

function render({ model, el }) {
  const root = element("div", {
    class: "mlp", tabindex: 0, role: "group", "aria-label": model.get("spec").title,
    "data-lm-suppress-shortcuts": "true",
  });
  el.append(root);
  const dashboard = new Dashboard(model, root);
  return () => dashboard.close();
}

export default { render };
