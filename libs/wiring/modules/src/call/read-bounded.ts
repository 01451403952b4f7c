/** The answer's text; what lies beyond the bound is not read, so a wrong server cannot fill the memory. */
export async function readBounded(
  { body }: { body: AsyncIterable<Uint8Array> | null },
  bytes: number,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= bytes) break;
  }
  return Buffer.concat(chunks).subarray(0, bytes).toString('utf8');
}
