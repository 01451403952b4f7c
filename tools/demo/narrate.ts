const LABEL_WIDTH = 10;
const TEXT_AT = 2 + LABEL_WIDTH;

/** One line of the story: what kind of thing, then what happened. The same label is not repeated. */
export class Narrator {
  private last = '';

  title(text: string): void {
    console.log(`\n${text}\n`);
    this.last = '';
  }

  say(label: string, text: string): void {
    const shown = label === this.last ? '' : label;
    this.last = label;
    const [first, ...others] = wrapped(text, (process.stdout.columns ?? Infinity) - TEXT_AT);
    console.log(`  ${shown.padEnd(LABEL_WIDTH)}${first}`);
    for (const line of others) console.log(`${' '.repeat(TEXT_AT)}${line}`);
  }

  plain(text: string): void {
    console.log(text);
    this.last = '';
  }
}

/** Lines of at most `width` characters, broken between words; a longer word, such as an address, stays whole. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = word.trimStart();
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `12 ms`, or `3.4 s` from a second on. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
