import { randomBytes } from 'node:crypto';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { Connections, EmbeddedPipelines } from '@nestjs-spark/pipelines/internal';
import { PostgresConnection } from '@nestjs-spark/postgres/internal';
import { startPostgres } from '@nestjs-spark/servers';
import { notAsRoot, POSTGRES_USERS } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { describeOnSmallDisks, smallDisk } from '../support/small-disk.ts';

const nothing = (): void => undefined;

describeOnSmallDisks('a pipeline whose disk is full', () => {
  it('leaves nothing of what it tried to write, and writes everything once there is room', async () => {
    const disk = smallDisk(4);
    if (typeof disk === 'string') throw new Error(disk);
    const state = mkdtempSync(join(tmpdir(), 'spark-pipeline-disk-'));
    const log = new MemoryLogger();
    const pipelines = new EmbeddedPipelines({ folder: state, files: disk.path, print: nothing, log });
    const out = (): string[] => readdirSync(join(disk.path, 'out')).toSorted();
    try {
      const lines = Array.from({ length: 20 }, (_, id) => `{"id":${id},"text":"${'x'.repeat(50_000)}"}\n`);
      writeFileSync(join(disk.path, 'in.ndjson'), lines.join(''));
      disk.fill(500_000);
      const source = { type: 'file', path: 'in.ndjson' } as const;
      const sink = { type: 'file', path: 'out' } as const;
      const definition = { pipelineId: 'copy', name: 'Copy', source, sink };
      const running = pipelines.run(definition, { signal: new AbortController().signal });
      await eventually(() => expect(log.said('warn').join()).toContain('ENOSPC'));
      await eventually(() => expect(out()).toEqual(['.spark-generation', '.spark-pipeline']));
      disk.empty();
      await running;
      expect(out()).toEqual(['.spark-generation', '.spark-pipeline', '1-0-0000000001.ndjson']);
      expect(readFileSync(join(disk.path, 'out', '1-0-0000000001.ndjson'), 'utf8')).toBe(lines.join(''));
    } finally {
      await pipelines.close();
      disk.unmount();
      rmSync(state, { recursive: true });
    }
  });
});

describeOnSmallDisks('a pipeline to a PostgreSQL', () => {
  describeWithOwnServers(['postgres'], 'whose disk is full', () => {
    it('is retried, and writes every record once when there is space', async () => {
      const disk = smallDisk(4);
      if (typeof disk === 'string') throw new Error(disk);
      const state = mkdtempSync(join(tmpdir(), 'spark-pipeline-disk-'));
      const postgres = await startPostgres({ temporary: true, log: nothing });
      const connection = new PostgresConnection({ url: postgres.url });
      const log = new MemoryLogger();
      const connections = new Connections([
        { name: 'default', type: 'postgres', settings: { url: postgres.url } },
      ]);
      const pipelines = new EmbeddedPipelines({
        folder: state,
        files: state,
        connections,
        print: nothing,
        log,
      });
      try {
        await giveToServer(disk.path);
        await connection.query({ text: `CREATE TABLESPACE small LOCATION '${disk.path}'` });
        await connection.query({ text: 'CREATE TABLE filled (id int, text text) TABLESPACE small' });
        // Incompressible data.
        const records = Array.from({ length: 40 }, (_, id) => ({
          id,
          text: randomBytes(12_500).toString('hex'),
        }));
        writeFileSync(
          join(state, 'in.ndjson'),
          records.map((record) => `${JSON.stringify(record)}\n`).join(''),
        );
        disk.fill(300_000);
        const source = { type: 'file', path: 'in.ndjson' } as const;
        const sink = { type: 'postgres', table: 'filled' } as const;
        const batch = { maxRecords: 5 };
        const definition = { pipelineId: 'full', name: 'Full', source, sink, batch };
        const running = pipelines.run(definition, { signal: new AbortController().signal });
        await eventually(() => expect(log.said('warn').join()).toContain('could not extend file'));
        disk.empty();
        await running;
        const rows = await connection.query<{ id: number }>({ text: 'SELECT id FROM filled ORDER BY id' });
        expect(rows.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
      } finally {
        await pipelines.close();
        await connection.close();
        await postgres.stop();
        disk.unmount();
        rmSync(state, { recursive: true });
      }
    });
  });
});

/** A server that does not run as root can only use what belongs to its user. */
async function giveToServer(path: string): Promise<void> {
  const { uid, gid } = (await notAsRoot(POSTGRES_USERS)) ?? {};
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
