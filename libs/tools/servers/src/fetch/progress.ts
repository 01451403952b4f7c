/** Reports what is being done. */
export interface Report {
  line(text: string): void;
  /** A progress for something of `total` bytes (undefined: unknown). */
  progress(label: string, total?: number): Progress;
}

export interface Progress {
  update(done: number): void;
  end(): void;
}

const everyMs = 3_000;

/** Reports to `log`, or to standard error: on a terminal as one updating line, elsewhere with a line every 3 s. */
export function reportTo(log?: (line: string) => void): Report {
  const terminal = log === undefined && process.stderr.isTTY;
  const line = log ?? ((text: string) => void process.stderr.write(`${text}\n`));
  return {
    line,
    progress(label, total) {
      // A download that finishes within moments needs no line of its own.
      let shown = terminal ? 0 : Date.now();
      let open = false;
      return {
        update(done) {
          const now = Date.now();
          if (done === 0 || now - shown < (terminal ? 100 : everyMs)) return;
          shown = now;
          const text = progressText(label, done, total);
          if (!terminal) return line(`  ${text}`);
          open = true;
          process.stderr.write(`\r\u001b[K  ${text}`);
        },
        end() {
          if (open) process.stderr.write('\n');
          open = false;
        },
      };
    },
  };
}

/** `RavenDB 7.2.7: 120.5 of 241.1 MB (50%)`. */
export function progressText(label: string, done: number, total?: number): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
  if (total === undefined || total === 0) return `${label}: ${mb(done)} MB`;
  // A package manager may briefly have a finished file twice, in its cache and at its destination.
  const there = Math.min(done, total);
  return `${label}: ${mb(there)} of ${mb(total)} MB (${Math.floor((100 * there) / total)}%)`;
}
