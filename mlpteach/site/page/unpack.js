// Files that travel compressed, whatever the server does (packed.py writes those of dashboards).

async function fetchPacked(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address.split("/").at(-1)}: ${answer.status}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip")));
}

async function fetchDashboard(address) {
  return unpackDashboard(new Uint8Array(await (await fetchPacked(address)).arrayBuffer()));
}

function unpackDashboard(bytes) {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const state = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const start = 4 + length, end = start + state.numbers;
  return { ...state, numbers: new DataView(bytes.buffer, start, state.numbers), frames: unplane(bytes.subarray(end)) };
}
