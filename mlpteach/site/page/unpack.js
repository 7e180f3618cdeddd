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
  return { ...state, numbers: new DataView(bytes.buffer, start, state.numbers), frames: floatsOfPlanes(bytes.subarray(end)) };
}

// Byte planes of the upper 40 bits back to 64-bit floats.
function floatsOfPlanes(planes) {
  const count = planes.length / 5;
  const bytes = new Uint8Array(8 * count);
  for (let plane = 0; plane < 5; plane++)
    for (let i = 0; i < count; i++) bytes[8 * i + 3 + plane] = planes[plane * count + i];
  return new DataView(bytes.buffer);
}
