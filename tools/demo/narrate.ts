const LABEL_WIDTH = 10;

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
    console.log(`  ${shown.padEnd(LABEL_WIDTH)}${text}`);
  }

  plain(text: string): void {
    console.log(text);
    this.last = '';
  }
}

/** `12 ms`, or `3.4 s` from a second on. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
