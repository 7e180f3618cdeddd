// What anywidget calls for each place where the dashboard is shown.

function render({ model, el }) {
  const root = element("div", {
    class: "mlp", tabindex: 0, role: "group", "aria-label": model.get("spec").title,
  });
  el.append(root);
  const forgetKeys = keepKeys(root);
  const dashboard = new Dashboard(model, root);
  return () => {
    forgetKeys();
    dashboard.close();
    el.replaceChildren(); // JupyterLab holds the place of a view that is gone
  };
}

export default { render };
