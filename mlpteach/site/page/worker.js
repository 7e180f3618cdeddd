// The worker in which a page's Python lives. It loads what the page names, and answers its messages.

let desk = null, pyodide = null;
const PACKED = { wasm: "application/wasm", mjs: "text/javascript" }; // what is fetched of these travels compressed

self.addEventListener("message", ({ data }) => {
  if (data.type === "start") start(data).catch(fail);
  else answer(data).catch(fail);
});

function fail(error) {
  self.postMessage({ type: "failed", text: `Python could not be woken (${String(error.message ?? error).trim().split("\n").at(-1)}).` });
}

async function start({ pieces, base, cells }) {
  const address = (file) => new URL(file, base).href;
  countBytes(pieces.bytes);
  const sources = fetched(address(pieces.sources));
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([
    import(address(`${pieces.folder}/pyodide.mjs`)), importPacked(address(`${pieces.folder}/pyodide.asm.mjs`)),
  ]);
  pyodide = await loadPyodide({ indexURL: address(`${pieces.folder}/`), packages: pieces.packages, createPyodideModule });
  pyodide.unpackArchive(await sources, "zip", { extractDir: "/lib/mlpteach" });
  pyodide.globals.set("given", JSON.stringify({ cells, on_demand: pieces.on_demand }));
  desk = pyodide.runPython(`
import json, sys
sys.path.insert(0, "/lib/mlpteach")
from mlpteach.site.desk import open_desk
desk = open_desk(**json.loads(given))
def receive(cell, message, states):
    answers = desk.receive(cell, json.loads(message), json.loads(states))
    return [[json.dumps(answer), buffers] for answer, buffers in answers]
receive`);
  self.postMessage({ type: "awake" });
}

async function importPacked(address) {
  const url = URL.createObjectURL(new Blob([await fetched(address)], { type: "text/javascript" }));
  return import(url).finally(() => URL.revokeObjectURL(url));
}

async function fetched(address) {
  const response = await fetch(address); // which refuses what is missing
  return response.arrayBuffer();
}

// Let what is fetched be counted, so that the page can tell how much of all is there.
function countBytes(total) {
  const plain = self.fetch;
  const piece = (request, options) => orFail(plain(request, options), String(request.url ?? request));
  let done = 0, told = 0;
  const count = (chunk) => {
    done += chunk.byteLength;
    if (done - told < total / 50) return;
    told = done;
    self.postMessage({ type: "progress", share: Math.min(1, done / total) });
  };
  const counter = () => new TransformStream({ transform(chunk, out) { count(chunk); out.enqueue(chunk); } });
  self.fetch = async (request, options) => {
    const address = String(request.url ?? request), type = PACKED[address.split(".").at(-1)];
    const { body, status, statusText, headers } = await piece(type ? `${address}.packed` : request, options);
    const counted = body.pipeThrough(counter());
    return type ? unpacked(counted, type) : new Response(counted, { status, statusText, headers });
  };
}

// Whoever asked may never tell that a piece is missing: the core waits for ever.
async function orFail(response, address) {
  try {
    const got = await response;
    if (got.ok) return got;
    throw new Error(`${got.status}`);
  } catch (error) {
    fail(new Error(`a piece of it cannot be fetched, ${address.split("/").at(-1)}: ${error.message}`));
    throw error;
  }
}

// The core travels compressed, whatever the server does.
const unpacked = (stream, type) =>
  new Response(stream.pipeThrough(new DecompressionStream("gzip")), { headers: { "Content-Type": type } });

async function answer({ number, cell, message, states }) {
  const answers = ask(cell, message, states);
  const needed = answers[0]?.[0].type === "needs" ? answers[0][0].package : null;
  if (needed) return load(needed).then(() => answer({ number, cell, message, states }));
  const buffers = answers.flatMap(([, bytes]) => bytes.map((one) => one.buffer));
  self.postMessage({ type: "answers", number, cell, answers }, buffers);
}

function ask(cell, message, states) {
  const given = desk(cell, JSON.stringify(message), JSON.stringify(states));
  const answers = given.toJs();
  given.destroy();
  return answers.map(([text, buffers]) => [JSON.parse(text), buffers.map((bytes) => new Uint8Array(bytes))]);
}

async function load(name) {
  self.postMessage({ type: "loading", what: name });
  await pyodide.loadPackage(name, { messageCallback() {} });
}
