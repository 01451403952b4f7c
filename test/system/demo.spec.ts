import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { RavenDatabase } from '../support/raven-database.ts';
import { World } from '../support/world.ts';

const main = join(import.meta.dirname, '../../tools/demo/main.ts');

describeWithServers(['ravendb', 'nats'], 'The demo of `npm start -- --once`', () => {
  let world: World;
  let home: string;

  beforeAll(async () => {
    world = await World.create('demo');
    home = await mkdtemp(join(tmpdir(), 'spark-demo-'));
  });
  afterAll(async () => {
    await world?.end();
    const ravendb = testServers().ravendbUrl;
    await Promise.all(['SparkFleet', 'SparkHR'].map((name) => new RavenDatabase(ravendb, name).drop()));
    await rm(home, { recursive: true, force: true });
  });

  const run = async (natsUrl: string): Promise<{ code: number; output: string }> => {
    const child = spawn(process.execPath, [main, '--once'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        SPARK_HOME: home,
        RAVENDB_URLS: testServers().ravendbUrl,
        NATS_URL: natsUrl,
        SPARK_MODULES_DATABASE: world.registry.name,
      },
    });
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (child.exitCode === null) await once(child, 'exit');
    return { code: child.exitCode ?? -1, output: `${output}${errors}` };
  };

  it('shows cars arriving, a change and a delete, and ends with 0; a second time on what the first left, too', async () => {
    for (const time of [1, 2]) {
      const { code, output } = await run(world.nats.url);
      expect(`${time}: ${output}`).toMatch(/Everything arrived\./);
      expect(output).toMatch(/all 300 found in HR/);
      expect(output).toMatch(/Change .*in HR .* ms after/);
      expect(output).toMatch(/Delete .*gone from HR .* ms after/);
      expect(code).toBe(0);
    }
  });
});
