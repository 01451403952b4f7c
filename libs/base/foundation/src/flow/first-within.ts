/** The first of these texts that have so many bytes as JSON together; always one where there is one. */
export function firstWithin(texts: readonly string[], bytes: number): readonly string[] {
  let size = 0;
  const end = texts.findIndex((text, at) => {
    size += Buffer.byteLength(JSON.stringify(text)) + 1;
    return at > 0 && size > bytes;
  });
  return end < 0 ? texts : texts.slice(0, end);
}
