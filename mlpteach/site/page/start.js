// What a lecture's page loads first: the modules of its code, which travel compressed.

const data = JSON.parse(document.getElementById("lecture").textContent);
const bar = document.querySelector(".tell");

async function load(address) {
  const { ok, status, body } = await fetch(address);
  if (!ok) throw new Error(`${address}: ${status}`);
  const source = await new Response(body.pipeThrough(new DecompressionStream("gzip"))).text();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const loaded = await import(url).finally(() => URL.revokeObjectURL(url));
  if (loaded.style) document.head.append(Object.assign(document.createElement("style"), { textContent: loaded.style }));
  return loaded;
}

Promise.all([load(data.code.site), load(data.code.player)])
  .then(([{ openLecture }, player]) => openLecture(data, player.default, () => load(data.code.question)))
  .catch((error) => { bar.textContent = `This page's code could not be loaded (${error.message}): it can be read, and not played. Load it again.`; });
