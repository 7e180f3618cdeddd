// What `mlpteach lecture "race?k=40"` adds to JupyterLab: the notebook is run down to the cell that the
// script's own address names, which then stands in view. A federated extension, without a bundler.

(() => {
  const wanted = new URL(document.currentScript.src).searchParams.get("cell");
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
    const cell = notebook.widgets[index];
    await notebook.scrollToCell(cell);
    setTimeout(() => cell.outputArea?.node.scrollIntoView({ block: "start" }), 500); // once it has its height
  }

  async function plugin() {
    return {
      id: "mlpteach-link:plugin",
      autoStart: true,
      requires: [await notebookTracker()],
      activate(app, tracker) {
        const once = (_, panel) => {
          tracker.widgetAdded.disconnect(once);
          app.restored.then(() => runDownTo(app, panel));
        };
        tracker.widgetAdded.connect(once);
      },
    };
  }

  const extensions = "_JUPYTERLAB"; // JupyterLab's name for them
  window[extensions] ??= {};
  window[extensions]["mlpteach-link"] = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
