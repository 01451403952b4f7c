/** The first of these texts that fit into `bytes` as JSON together; at least one unless there are none. */
export function firstWithin(texts: readonly string[], bytes: number): readonly string[] {
  let size = 0;
  const end = texts.findIndex((text, at) => {
    size += Buffer.byteLength(JSON.stringify(text)) + 1;
    return at > 0 && size > bytes;
  });
  return end < 0 ? texts : texts.slice(0, end);
}
