import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The wall clock of one process of a test. */
export class WrongClock {
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.set(0);
  }

  static async create(): Promise<WrongClock> {
    return new WrongClock(await mkdtemp(join(tmpdir(), 'spark-clock-')));
  }

  /** What a process is started with so that it has this clock. */
  get env(): Record<string, string> {
    const preload = new URL('./preload.ts', import.meta.url).href;
    return { SPARK_TEST_CLOCK: this.file, NODE_OPTIONS: `--import=${preload}` };
  }

  /** Sets it ahead of the right time, or behind; the process sees it within moments, whether it runs or not. */
  set(offMs: number): void {
    writeFileSync(this.file, String(offMs));
  }

  /** Whether the running process has this time by now. */
  isSeen(): boolean {
    const seen = `${this.file}.seen`;
    return existsSync(seen) && readFileSync(seen, 'utf8') === readFileSync(this.file, 'utf8');
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private get file(): string {
    return join(this.folder, 'off-ms');
  }
}
