// The Python of a notebook: that of the pages, and what notebooks need besides. JupyterLite's kernel
// calls loadPyodide as it would call Pyodide's own.

export async function loadPyodide(options) {
  const plain = self.fetch;
  try {
    self.fetch = fetchPiece(plain);
    return await load(options);
  } catch (error) {
    tell(error);
    throw error;
  } finally {
    self.fetch = plain;
  }
}

async function load({ stdout, stderr, pyodideURL, loaded, sourcesURL, modulesURL }) {
  const archives = Promise.all([fetched(sourcesURL), fetched(modulesURL)]);
  const [core, { default: createPyodideModule }] = await Promise.all([
    import(`${pyodideURL}pyodide.mjs`), importPacked(`${pyodideURL}pyodide.asm.mjs.packed`),
  ]);
  const pyodide = await core.loadPyodide({ stdout, stderr, indexURL: pyodideURL, packages: loaded, createPyodideModule });
  const [sources, modules] = await archives;
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

// JupyterLite would wait without a word: the notebook's page says it (notebook.js).
function tell(error) {
  new BroadcastChannel("mlpteach kernel").postMessage(String(error.message ?? error).trim().split("\n").at(-1));
}

// Whoever asked may never tell that a piece is missing: the core waits for ever. It lies compressed
// beside the pages, whatever the server does.
const fetchPiece = (plain) => async (request, options) => {
  const address = String(request.url ?? request), isPacked = address.endsWith(".wasm");
  const response = await orTell(plain(isPacked ? `${address}.packed` : request, options), address);
  return isPacked ? unpacked(response, "application/wasm") : response;
};

async function orTell(response, address) {
  try {
    const got = await response;
    if (got.ok) return got;
    throw new Error(`${got.status}`);
  } catch ({ message }) {
    const error = new Error(`a piece of it cannot be fetched, ${address.split("/").at(-1)}: ${message}`);
    tell(error);
    throw error;
  }
}

const fetched = async (address) => (await fetch(address)).arrayBuffer();

async function importPacked(address) {
  const url = URL.createObjectURL(await unpacked(await fetch(address), "text/javascript").blob());
  return import(url).finally(() => URL.revokeObjectURL(url));
}

const unpacked = ({ body }, type) =>
  new Response(body.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": type } });
