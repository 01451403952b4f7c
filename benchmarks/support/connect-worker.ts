import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchArtifacts, freePort, installOnce, toFinding } from '@nestjs-spark/servers/internal';
import { until } from './until.ts';

/** Debezium 3.5 is the first that writes PostgreSQL by `unnest`. */
const VERSION = '4.1.0-debezium-3.5.0';
const ARTIFACTS = {
  coordinates: [
    'org.apache.kafka:connect-runtime:4.1.0',
    'org.apache.kafka:connect-json:4.1.0',
    'io.debezium:debezium-connector-jdbc:3.5.0.Final',
  ],
  sha256: 'a1e090567e0f1f45c87a22918e6f3cd44fb262b42e7c944329f34a67c1cda4c5',
};
const LOOK_EVERY_MS = 100;

/** Kafka Connect, standalone, in one JVM that stays warm over all of its connectors. */
export class ConnectWorker {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #folder: string;

  private constructor(child: ChildProcess, url: string, folder: string) {
    this.#child = child;
    this.#url = url;
    this.#folder = folder;
  }

  static async start(brokers: string): Promise<ConnectWorker> {
    const libs = await fetchOnce();
    const folder = mkdtempSync(join(tmpdir(), 'spark-connect-'));
    const url = `http://127.0.0.1:${await freePort()}`;
    const properties = {
      'bootstrap.servers': brokers,
      listeners: url,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'offset.storage.file.filename': join(folder, 'offsets'),
      'plugin.discovery': 'only_scan',
    };
    const file = join(folder, 'worker.properties');
    writeFileSync(file, linesOf(properties));
    const args = ['-Xmx2g', '-cp', join(libs, '*'), 'org.apache.kafka.connect.cli.ConnectStandalone', file];
    const child = spawn('java', args, { stdio: 'ignore' });
    const worker = new ConnectWorker(child, url, folder);
    await until(async () => {
      if (child.exitCode !== null) return true;
      return (await fetch(`${url}/connectors`)).ok;
    }, LOOK_EVERY_MS);
    if (child.exitCode !== null) throw new Error(`Kafka Connect ended with ${child.exitCode}`);
    return worker;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async put(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const response = await fetch(`${this.#url}/connectors/${name}/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(config),
    });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
  }

  /** @throws {Error} where one of its tasks has failed */
  async check(name: string): Promise<void> {
    const response = await fetch(`${this.#url}/connectors/${name}/status`);
    if (!response.ok) return;
    const { tasks } = (await response.json()) as { tasks: { state: string; trace?: string }[] };
    const failed = tasks.find(({ state }) => state === 'FAILED');
    if (failed) throw new Error(`${name} has failed: ${failed.trace}`);
  }

  async remove(name: string): Promise<void> {
    await fetch(`${this.#url}/connectors/${name}`, { method: 'DELETE' });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function fetchOnce(): Promise<string> {
  const finding = toFinding();
  const libs = join(finding.servers, `kafka-connect-${VERSION}`);
  await mkdir(finding.servers, { recursive: true });
  await installOnce(libs, finding.report.line, (scratch) =>
    fetchArtifacts(finding, 'mvn', ARTIFACTS, scratch),
  );
  return libs;
}

const linesOf = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
