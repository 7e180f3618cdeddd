// Compile archives in a Pyodide release, in place: the modules that a page or a notebook imports first.
// Usage: node compile.mjs RELEASE byte_code.py JOB.json, the job being { unpacked, packages, imports, archives }:
// [path, place] each, names, the code that imports, and [path, place, keepsSources, docstrings] each.

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [release, code, job] = process.argv.slice(2);
const { unpacked, packages, imports, archives } = JSON.parse(readFileSync(job, "utf8"));
const { loadPyodide } = await import(pathToFileURL(`${release}/pyodide.mjs`).href);
// Without random hashes, sets among constants are written in the same order each time.
const env = { PYTHONHASHSEED: "0", HOME: "/home" };
const pyodide = await loadPyodide({ indexURL: `${release}/`, packages, env });
for (const [path, extractDir] of unpacked) {
  pyodide.unpackArchive(new Uint8Array(readFileSync(path)), "zip", { extractDir });
  pyodide.runPython(`import sys; sys.path.insert(0, "${extractDir}")`);
}
pyodide.runPython(readFileSync(code, "utf8"));
pyodide.runPython(`exec(${imports}); wanted = imported_files()`);
const compile = pyodide.runPython(`
lambda archive, place, keeps, docs: with_byte_code(archive.to_bytes(), place, keeps, wanted, docs)`);
for (const [path, place, keepsSources, docstrings] of archives) {
  const compiled = compile(new Uint8Array(readFileSync(path)), place, keepsSources, docstrings);
  writeFileSync(path, compiled.toJs());
  compiled.destroy();
}
