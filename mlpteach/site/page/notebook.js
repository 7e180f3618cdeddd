// Says on a notebook's page why its Python does not start; JupyterLite would wait without a word.
(() => {
  const bar = Object.assign(document.createElement("p"), { role: "alert" });
  bar.style.cssText = "position: fixed; z-index: 9999; inset: auto 0 0; margin: 0; padding: .8em 1em; background: #8c1d18; color: #fff; font: 16px/1.4 sans-serif";

  function say(why) {
    bar.textContent = `Python could not be started (${why}). The notebook can be read, edited and downloaded (File, Download); load the page again to try once more.`;
    document.body.append(bar);
  }

  new BroadcastChannel("mlpteach kernel").addEventListener("message", ({ data }) => say(data));
  // What would tell the rest may be missing itself.
  const { kernel } = document.currentScript.dataset;
  fetch(kernel, { method: "HEAD" })
    .then((got) => { if (!got.ok) throw new Error(`${got.status}`); })
    .catch(({ message }) => say(`a piece of it cannot be fetched, ${kernel.split("/").at(-1)}: ${message}`));
})();
