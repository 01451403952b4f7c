import type { PackedTexts } from './messages.ts';

/** Copies texts into one transferable buffer. */
export function packTexts(texts: readonly (Uint8Array | null)[]): PackedTexts {
  const ends = new Int32Array(texts.length);
  const buffer = new ArrayBuffer(texts.reduce((sum, text) => sum + (text?.byteLength ?? 0), 0));
  const bytes = new Uint8Array(buffer);
  let end = 0;
  texts.forEach((text, i) => {
    if (text) bytes.set(text, end);
    end += text?.byteLength ?? 0;
    ends[i] = text ? end : -1;
  });
  return { buffer, ends };
}

/** The texts again; null where there was none. */
export function unpackTexts({ buffer, ends }: PackedTexts): (string | null)[] {
  const bytes = Buffer.from(buffer);
  const texts: (string | null)[] = [];
  let start = 0;
  for (const end of ends) {
    texts.push(end < 0 ? null : bytes.toString('utf8', start, end));
    if (end >= 0) start = end;
  }
  return texts;
}
