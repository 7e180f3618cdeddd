// What `mlpteach lecture "race?k=40"` adds to JupyterLab: the notebook is run down to the cell that the
// address names, which then stands in view. A federated extension as JupyterLab loads it, without a bundler.

(() => {
  const wanted = new URLSearchParams(location.search).get("mlpteach-cell");
  let shared = null;

  async function notebookTracker() {
    const [{ get }] = Object.values(shared["@jupyterlab/notebook"]);
    return (await get())().INotebookTracker;
  }

  async function runDownTo(app, panel) {
    await panel.context.ready;
    await panel.sessionContext.ready;
    const notebook = panel.content;
    const index = notebook.widgets.findIndex((cell) => cell.model.id === wanted);
    if (index < 0) return;
    notebook.activeCellIndex = index;
    await app.commands.execute("notebook:run-all-above");
    notebook.activeCellIndex = index;
    await app.commands.execute("notebook:run-cell");
    await notebook.scrollToItem(index, "start");
  }

  async function plugin() {
    return {
      id: "mlpteach-link:plugin",
      autoStart: true,
      requires: [await notebookTracker()],
      activate(app, tracker) {
        if (!wanted) return;
        const once = (_, panel) => {
          tracker.widgetAdded.disconnect(once);
          app.restored.then(() => runDownTo(app, panel));
        };
        tracker.widgetAdded.connect(once);
      },
    };
  }

  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["mlpteach-link"] = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const made = await plugin();
      return () => ({ default: made });
    },
  };
})();
