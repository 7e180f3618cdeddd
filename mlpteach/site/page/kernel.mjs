// The Python of a notebook: that of the pages, and what notebooks need besides. JupyterLite's kernel
// calls loadPyodide as it would call Pyodide's own.

export async function loadPyodide({ stdout, stderr, pyodideURL, loaded, sourcesURL, modulesURL }) {
  const archives = [fetched(sourcesURL), fetched(modulesURL)];
  const [core, { default: createPyodideModule }] = await Promise.all([
    import(`${pyodideURL}pyodide.mjs`), importPacked(`${pyodideURL}pyodide.asm.mjs.packed`),
  ]);
  unpackWasm();
  const pyodide = await core.loadPyodide({ stdout, stderr, indexURL: pyodideURL, packages: loaded, createPyodideModule });
  const [sources, modules] = await Promise.all(archives);
  pyodide.unpackArchive(sources, "zip", { extractDir: "/lib/mlpteach" });
  pyodide.unpackArchive(modules, "zip", { extractDir: "/lib/notebook" });
  pyodide.runPython(`
import sys
sys.path[:0] = ["/lib/mlpteach", "/lib/notebook"]
import pyodide_kernel
pyodide_kernel.ipython_shell.Completer.use_jedi = False  # which is not here
`);
  return pyodide;
}

async function fetched(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`A piece of Python cannot be fetched (${response.status}): ${address}`);
  return response.arrayBuffer();
}

async function importPacked(address) {
  const url = URL.createObjectURL(await unpacked(await fetch(address), "text/javascript").blob());
  return import(url).finally(() => URL.revokeObjectURL(url));
}

// The core lies compressed beside the pages, whatever the server does.
function unpackWasm() {
  const plain = self.fetch;
  self.fetch = async (request, options) => {
    const address = String(request.url ?? request);
    if (!address.endsWith(".wasm")) return plain(request, options);
    return unpacked(await plain(`${address}.packed`, options), "application/wasm");
  };
}

const unpacked = ({ body }, type) =>
  new Response(body.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": type } });
