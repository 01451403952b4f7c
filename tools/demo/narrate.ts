import { waitUntil, type WaitOptions } from './wait-until.ts';

const LABEL_WIDTH = 10;
const TEXT_AT = 2 + LABEL_WIDTH;

/**
 * Prints the story line by line: a label, then what happened. A repeated label is omitted. Once it is stopped, the story is over;
 * plain messages are still shown.
 */
export class Narrator {
  private last = '';
  private readonly stopping: AbortSignal;

  constructor(stopping: AbortSignal) {
    this.stopping = stopping;
  }

  title(text: string): void {
    console.log(`\n${text}\n`);
    this.last = '';
  }

  /** As `waitUntil`, while the story continues. */
  wait(what: string, look: () => Promise<true | string>, options: WaitOptions = {}): Promise<number> {
    return waitUntil(what, look, { ...options, ...this.waiting });
  }

  /** For code that waits by itself. */
  get waiting(): { signal: AbortSignal; tell: (text: string) => void } {
    return { signal: this.stopping, tell: (text) => this.say('Waiting', text) };
  }

  say(label: string, text: string): void {
    if (this.stopping.aborted) return;
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
