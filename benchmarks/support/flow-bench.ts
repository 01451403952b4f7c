import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaTopics, KafkaTransactions } from '@nestjs-spark/kafka/internal';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { startServers, type RunningServers } from '@nestjs-spark/servers';
import type { FlowJob, FlowTook } from '../peers/flow.ts';

const SET = 20_000;
const SET_BYTES = 1_000_000;

/** Kafka and PostgreSQL of a benchmark's own, with a topic of people and tables for them. */
export class FlowBench {
  readonly brokers: string;
  readonly url: string;
  readonly #servers: RunningServers;
  readonly #connection: PostgresConnection;

  private constructor(servers: RunningServers, brokers: string, url: string) {
    this.#servers = servers;
    this.brokers = brokers;
    this.url = url;
    this.#connection = new PostgresConnection({ url });
  }

  static async start(): Promise<FlowBench> {
    const log = (line: string) => console.error(line);
    const asked = { temporary: true, ravendb: false, nats: false, kafka: true, postgres: true, log };
    const servers = await startServers(asked);
    const { kafka, postgres, missing } = servers;
    if (!kafka || !postgres) throw new Error(missing.map(({ brief }) => brief).join('\n'));
    return new FlowBench(servers, new URL(kafka.url).host, postgres.url);
  }

  /** Fills a topic of one partition. */
  async fill(topic: string, records: number, textOf: (id: number) => string): Promise<void> {
    const address = { brokers: [this.brokers] };
    const topics = new KafkaTopics(address, 'bench');
    await topics.ensure(topic, { partitions: 1 });
    await topics.close();
    const writer = new KafkaTransactions(address, 'bench', 'bench');
    await writer.open();
    for (let at = 0; at < records; at += SET) {
      const ids = Array.from({ length: Math.min(SET, records - at) }, (_, more) => at + more);
      await writer.write(
        ids.map((id) => ({ topic, value: Buffer.from(textOf(id)) })),
        SET_BYTES,
      );
    }
    await writer.close();
  }

  async makeTable(table: string): Promise<void> {
    await this.#connection.query({
      text: `CREATE TABLE ${table} (id bigint PRIMARY KEY, age int, name text, city text, at bigint)`,
    });
  }

  async hasRow(table: string, id: number): Promise<boolean> {
    const rows = await this.#connection.query({ text: `SELECT 1 FROM ${table} WHERE id = ${id}` });
    return rows.length > 0;
  }

  /** @throws {Error} where it has not as many rows */
  async dropTable(table: string, expected: number): Promise<void> {
    const text = `SELECT count(*)::int AS count FROM ${table}`;
    const [row] = await this.#connection.query<{ count: number }>({ text });
    if (row?.count !== expected) throw new Error(`${table} has ${row?.count} of ${expected} rows`);
    await this.#connection.query({ text: `DROP TABLE ${table}` });
  }

  /** Runs a program of `peers` in a process of its own. */
  async run(program: string, job: Omit<FlowJob, 'brokers' | 'url' | 'folder'>): Promise<FlowTook> {
    const folder = mkdtempSync(join(tmpdir(), 'spark-bench-'));
    const whole: FlowJob = { ...job, brokers: this.brokers, url: this.url, folder };
    const main = join(import.meta.dirname, '..', 'peers', program);
    const args = ['--conditions=@nestjs-spark/source', main, JSON.stringify(whole)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    rmSync(folder, { recursive: true, force: true });
    if (code !== 0) throw new Error(`${program} ended with ${code}`);
    return JSON.parse(said) as FlowTook;
  }

  async stop(): Promise<void> {
    await this.#connection.close();
    await this.#servers.stop();
  }
}

export const ageOf = (id: number): number => 10 + ((id * 7919) % 45);

/** Four of five are old enough. */
export const personOf = (id: number) => ({
  id,
  age: ageOf(id),
  name: `person number ${id}`,
  city: 'Springfield on the river',
  at: 1_790_000_000 + id,
});
