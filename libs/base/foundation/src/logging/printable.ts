// Line breaks, terminal escapes, and marks that change the writing direction.
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with every control character escaped (`\x1b`, `\n`), so that it stays on one line, wherever it comes from. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, written);
}

function written(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\r') return String.raw`\r`;
  if (character === '\t') return String.raw`\t`;
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? String.raw`\x${code.padStart(2, '0')}` : String.raw`\u${code.padStart(4, '0')}`;
}
