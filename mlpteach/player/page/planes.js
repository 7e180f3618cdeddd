// Numbers of which 40 of 64 bits travel, as byte planes: back to 64-bit floats.

function unplane({ buffer, byteOffset, byteLength }) {
  const planes = new Uint8Array(buffer, byteOffset, byteLength), count = byteLength / 5;
  const bytes = new Uint8Array(8 * count);
  for (let plane = 0; plane < 5; plane++)
    for (let i = 0; i < count; i++) bytes[8 * i + 3 + plane] = planes[plane * count + i];
  return new DataView(bytes.buffer);
}
