import type { PackedTexts } from './messages.ts';

/** Copies texts into one transferable buffer. */
export function packTexts(texts: readonly (Uint8Array | null)[]): PackedTexts {
  const ends = new Int32Array(texts.length);
  let size = 0;
  for (const text of texts) size += text?.byteLength ?? 0;
  const buffer = new ArrayBuffer(size);
  const bytes = new Uint8Array(buffer);
  let end = 0;
  texts.forEach((text, i) => {
    if (text) bytes.set(text, end);
    end += text?.byteLength ?? 0;
    ends[i] = text ? end : -1;
  });
  return { buffer, ends };
}

/** The texts one by one, so that only one has to exist as a string; null for a missing one. */
export function* eachText({ buffer, ends }: PackedTexts): Generator<[place: number, text: string | null]> {
  const bytes = Buffer.from(buffer);
  let start = 0;
  for (const [place, end] of ends.entries()) {
    yield [place, end < 0 ? null : bytes.toString('utf8', start, end)];
    if (end >= 0) start = end;
  }
}

/** Unpacks all texts; null for a missing one. */
export function unpackTexts(packed: PackedTexts): (string | null)[] {
  return [...eachText(packed)].map(([, text]) => text);
}
