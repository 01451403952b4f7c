import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LaneJob } from '../../libs/systems/pipelines/src/fixtures/write-lane.ts';

const main = join(import.meta.dirname, '../../libs/systems/pipelines/src/fixtures/write-lane.ts');

/** A process that writes a lane of a pipeline, and what it says. */
export class LaneProcess {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  #error = '';

  constructor(job: LaneJob) {
    const args = ['--conditions=@nestjs-spark/source', main, JSON.stringify(job)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#child, 'close');
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.lines.push(line));
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#error += chunk.toString()));
  }

  get written(): number {
    return this.lines.filter((line) => line.startsWith('wrote')).length;
  }

  /** Sends a signal as soon as it has begun to write one batch more than these. */
  async signalWhileWriting(batches: number, signal: NodeJS.Signals): Promise<void> {
    await this.isWriting(batches);
    this.signal(signal);
  }

  /** @throws when it ends before it has begun to write one batch more than these */
  async isWriting(batches: number): Promise<void> {
    const isThere = () => this.lines.filter((line) => line.startsWith('writing')).length > batches;
    while (!isThere()) {
      const line = once(this.#child.stdout!, 'data').then(() => false);
      const isOver = await Promise.race([line, this.#ended.then(() => true)]);
      if (isOver && !isThere()) throw new Error(`It ended before: ${this.lines.join(', ')} ${this.#error}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#child.kill(signal)) throw new Error(`It has ended and cannot get ${signal}`);
  }

  /** Whatever it does, it ends with the test. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Its exit code; null when it was killed. @throws when it ended with an error */
  async end(): Promise<number | null> {
    const [code] = (await this.#ended) as [number | null];
    if (code === 1) throw new Error(this.#error);
    return code;
  }
}
