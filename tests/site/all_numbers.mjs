// Run all lectures in a Pyodide release, and write the numbers of their dashboards to a file.
// Usage: node all_numbers.mjs RELEASE SOURCES.zip HELPER.py LECTURES NUMBERS.npz

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [release, sources, helper, lectures, numbers] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${release}/pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: `${release}/`, packages: ["numpy"] });
pyodide.unpackArchive(new Uint8Array(readFileSync(sources)), "zip", { extractDir: "/lib/mlpteach" });
pyodide.FS.mkdirTree("/course/tests");
pyodide.FS.mkdirTree("/course/lectures");
pyodide.FS.writeFile("/course/tests/site_desk.py", readFileSync(helper));
for (const name of readdirSync(lectures).filter((one) => one.endsWith(".ipynb")))
  pyodide.FS.writeFile(`/course/lectures/${name}`, readFileSync(`${lectures}/${name}`));
pyodide.runPython(`
import sys
sys.path[:0] = ["/lib/mlpteach", "/course/tests"]
import numpy
from site_desk import all_numbers
numpy.savez("/course/numbers.npz", **all_numbers())
loaded = {"matplotlib", "traitlets", "IPython", "ipywidgets"} & set(sys.modules)
assert not loaded, loaded
`);
writeFileSync(numbers, pyodide.FS.readFile("/course/numbers.npz"));
