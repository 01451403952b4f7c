import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { runDemo, WITHOUT_WAY_OUT } from '../support/run-demo.ts';
import { RavenDatabase } from '../support/raven-database.ts';
import { SQLITE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const EVERYTHING = [
  /each of the 300 was found in HR/,
  /Change .*in HR [\d.]+ m?s later/,
  /Delete .*HR answers 404 for it [\d.]+ m?s after/,
  /Everything arrived\./,
];

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'spark-demo-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

describeWithServers(['ravendb', 'nats'], 'The demo of `npm start -- --once`', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create('demo');
  });
  afterAll(async () => {
    await world?.end();
    const ravendb = testServers().ravendbUrl;
    await Promise.all(['SparkFleet', 'SparkHR'].map((name) => new RavenDatabase(ravendb, name).drop()));
  });

  it('shows cars arriving, a change and a delete, and ends with 0; a second time on what the first left, too', async () => {
    for (const time of [1, 2]) {
      const { code, output } = await runDemo({
        SPARK_DATA_DIR: home,
        RAVENDB_URLS: testServers().ravendbUrl,
        NATS_URL: world.nats.url,
        SPARK_MODULES_DATABASE: world.registry.name,
      });
      for (const words of EVERYTHING) expect(`${time}: ${output}`).toMatch(words);
      expect(code).toBe(0);
    }
  });
});

describeWithServers(['nats'], 'The demo on a machine that can get no RavenDB', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create('demo', SQLITE);
  });
  afterAll(() => world?.end());

  it('runs on the embedded store by itself, says so in one line with reason and remedy, and does all of it, twice', async () => {
    const env = { ...WITHOUT_WAY_OUT, SPARK_DATA_DIR: join(home, 'sqlite'), NATS_URL: world.nats.url };
    for (const time of [1, 2]) {
      const { code, output } = await runDemo(env);
      for (const words of EVERYTHING) expect(`${time}: ${output}`).toMatch(words);
      expect(output).toMatch(/SQLite, as RavenDB is not available: .*Remedy: .*RAVENDB_URLS/);
      expect(output).not.toMatch(/RavenDB has to create/);
      expect(code).toBe(0);
    }
  });

  it('does all of it with the operator token in a file, too', async () => {
    const file = join(home, 'operator-token');
    await writeFile(file, 'the-operators\n');
    const { code, output } = await runDemo({
      ...WITHOUT_WAY_OUT,
      // The same keys: they are known on this NATS by now.
      SPARK_DATA_DIR: join(home, 'sqlite'),
      NATS_URL: world.nats.url,
      SPARK_STORE: 'sqlite:',
      SPARK_OPERATOR_TOKEN_FILE: file,
    });
    for (const words of EVERYTHING) expect(output).toMatch(words);
    expect(code).toBe(0);
  });

  it('ends with the reason instead when SPARK_STORE asks for RavenDB', async () => {
    const home2 = join(home, 'forced');
    const env = {
      ...WITHOUT_WAY_OUT,
      SPARK_DATA_DIR: home2,
      NATS_URL: world.nats.url,
      SPARK_STORE: 'ravendb',
    };
    const { code, output } = await runDemo(env);
    expect(output).toMatch(/RavenDB is not available: .*RAVENDB_URLS/);
    expect(output).not.toMatch(/SQLite/);
    expect(code).toBe(1);
  });
});

describe('The demo on a machine that can get no nats-server', () => {
  it('ends with one message that names what is missing and what helps, and looks for nothing else', async () => {
    const { code, output } = await runDemo({ ...WITHOUT_WAY_OUT, SPARK_DATA_DIR: join(home, 'nothing') });
    expect(output.match(/^Failed: /gm)).toHaveLength(1);
    expect(output).toMatch(/nats-server is not available: .*install nats-server .*NATS_URL/);
    expect(output).not.toMatch(/RavenDB/);
    expect(code).toBe(1);
  });
});
