import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { App } from '../apps/app.ts';
import { AppProcess } from '../apps/app-process.ts';
import { freePort } from '../apps/free-port.ts';
import { keepUp } from './keep-up.ts';
import { waitReady } from './ready.ts';

const READY = `import { createServer } from 'node:http';
createServer((_, response) => response.end('{}')).listen(Number(process.env.PORT), '127.0.0.1');
`;

describe('an app of a demonstration that ends by itself', () => {
  let folder: string;
  let app: App;
  let said: string[];
  const say = (label: string, text: string) => void said.push(`${label}: ${text}`);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-keep-up-'));
    said = [];
  });
  afterEach(async () => {
    await app.process.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(code: string): Promise<void> {
    const main = join(folder, 'main.mjs');
    await writeFile(main, code);
    const port = await freePort();
    const settings = { name: 'Fleet', main, logFile: join(folder, 'fleet.log'), env: { PORT: String(port) } };
    app = { name: 'Fleet', url: `http://127.0.0.1:${port}`, process: new AppProcess(settings) };
    app.process.start();
  }

  it('is named with how it ended and where its log is, and is started again', async () => {
    await start(READY);
    await waitReady(app);
    const stopping = new AbortController();
    const again = new Promise<void>((resolve) => {
      const hear = (label: string, text: string): void => {
        say(label, text);
        if (label === 'Ready') resolve();
      };
      void keepUp(app, hear, stopping.signal);
    });
    await app.process.kill9();
    await again;
    expect(said[0]).toBe(
      `Ended: Fleet was killed (SIGKILL); the others continue, and it is being restarted. Log: ${app.process.logFile}`,
    );
    expect(said[1]).toMatch(/^Ready: Fleet is ready again after /);
    stopping.abort();
  });

  it('is given up when it ends again and again, with how', async () => {
    await start('process.exit(7);');
    const kept = keepUp(app, say, new AbortController().signal);
    await expect(kept).rejects.toThrow('Fleet has ended with exit code 7, for the 3rd time');
    expect(said).toHaveLength(2);
  });

  it('is left alone when it was stopped on purpose', async () => {
    await start(READY);
    await waitReady(app);
    const stopping = new AbortController();
    const kept = keepUp(app, say, stopping.signal);
    stopping.abort();
    await app.process.stop();
    await kept;
    expect(said).toEqual([]);
  });
});
