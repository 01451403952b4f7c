import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaTopics } from '@nestjs-spark/kafka/internal';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { SqliteFile } from '@nestjs-spark/sqlite/internal';
import { idsIn } from '../../libs/systems/pipelines/src/fixtures/sink-benches.ts';
import type { LaneJob } from '../../libs/systems/pipelines/src/fixtures/write-lane.ts';

/** Where processes write to: nothing there hides that a record is there twice. */
export interface LaneBench {
  job: Pick<LaneJob, 'sink' | 'address' | 'target'>;
  /** With those that are there twice, in order. */
  ids(): Promise<number[]>;
  /** Whether another process can write while a writer is stopped in the middle of a write. */
  isServer: boolean;
  end(): Promise<void>;
}

export const FENCED_EXIT = 3;
const nameOf = () => `lane_${randomUUID().slice(0, 8)}`;

export const laneBenches = {
  async postgres(address: string): Promise<LaneBench> {
    const target = nameOf();
    const connection = new PostgresConnection({ url: address });
    await connection.query({ text: `CREATE TABLE ${target} (id int)` });
    return {
      job: { sink: 'postgres', address, target },
      isServer: true,
      async ids() {
        const rows = await connection.query<{ id: number }>({ text: `SELECT id FROM ${target} ORDER BY id` });
        return rows.map(({ id }) => id);
      },
      async end() {
        await connection.query({ text: `DROP TABLE ${target}` });
        await connection.close();
      },
    };
  },

  async kafka(address: string): Promise<LaneBench> {
    const target = nameOf();
    const topics = new KafkaTopics({ brokers: [address] }, 'spec');
    await topics.ensure(target, { partitions: 3 });
    return {
      job: { sink: 'kafka', address, target },
      isServer: true,
      ids: () => idsIn(address, target),
      async end() {
        await topics.remove(target);
        await topics.close();
      },
    };
  },

  async sqlite(): Promise<LaneBench> {
    const address = mkdtempSync(join(tmpdir(), 'spark-lane-'));
    const file = new SqliteFile(join(address, 'out.db'));
    await file.write((work) => work.run('CREATE TABLE ids (id INTEGER)'));
    return {
      job: { sink: 'sqlite', address, target: 'ids' },
      isServer: false,
      ids: () =>
        file.write((work) => work.rows<{ id: number }>('SELECT id FROM ids ORDER BY id').map(({ id }) => id)),
      async end() {
        await file.close();
        rmSync(address, { recursive: true });
      },
    };
  },
};
