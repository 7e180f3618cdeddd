// Compile archives in a Pyodide release, in place: the modules that the first touch of a page imports.
// Usage: node compile.mjs RELEASE byte_code.py SOURCES.zip JOBS.json, a job being [path, place, keepsSources].

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [release, code, sources, jobs] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${release}/pyodide.mjs`).href);
// Without random hashes, sets among constants are written in the same order each time.
const env = { PYTHONHASHSEED: "0", HOME: "/home" };
const pyodide = await loadPyodide({ indexURL: `${release}/`, packages: ["numpy"], env });
pyodide.unpackArchive(new Uint8Array(readFileSync(sources)), "zip", { extractDir: "/lib/mlpteach" });
pyodide.runPython('import sys; sys.path.insert(0, "/lib/mlpteach")');
pyodide.runPython(readFileSync(code, "utf8"));
pyodide.runPython("exec(FIRST_TOUCH); wanted = imported_files()");
const compile = pyodide.runPython("lambda archive, *how: with_byte_code(archive.to_bytes(), *how, wanted)");
for (const [path, place, keepsSources] of JSON.parse(readFileSync(jobs, "utf8"))) {
  const compiled = compile(new Uint8Array(readFileSync(path)), place, keepsSources);
  writeFileSync(path, compiled.toJs());
  compiled.destroy();
}
