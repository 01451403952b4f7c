import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OpenDatabase } from '../connect/open-database.ts';
import { NAME } from '../fixtures/checkpoint.ts';
import { TemporaryFolder } from '../fixtures/temporary-file.ts';
import { SqliteChangeSink } from '../write/sqlite-change-sink.ts';

const FILES = 4;
/** In each file; together they cover every millisecond of a write. */
const MOMENTS = 23;
const ROUNDS = Number(process.env['SPARK_WRITE_KILLS'] ?? 8);
const CHILD = join(import.meta.dirname, '../fixtures/keep-writing.ts');

/** Lets a process write to the file, and kills it. @returns what it said last */
async function writeAndKill(path: string, afterMs: number): Promise<{ etag: number; applied: number }> {
  const child = spawn(process.execPath, ['--conditions=@nestjs-spark/source', CHILD, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await delay(afterMs);
  child.kill('SIGKILL');
  await closed;
  const [etag = 0, applied = 0] =
    said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { etag, applied };
}

const LATEST = (events: string) => `
  SELECT record_id, operation_type, sequence_number, max(sequence_number) FROM "${events}" GROUP BY lower(record_id)`;

/** Rows without their event, and events without their change. */
function strays(open: OpenDatabase, table: string): object[] {
  return open.rows<object>(`
    SELECT 'row without event' AS what, row.id FROM "${table}" AS row WHERE NOT EXISTS
      (SELECT 1 FROM "${table}_Events" AS event WHERE event.sequence_number = row._etag
        AND operation_type <> 'DELETE' AND record_id = row.id AND (data IS NULL OR data = row._document))
    UNION ALL
    SELECT 'event without change', record_id FROM (${LATEST(`${table}_Events`)}) AS latest
      WHERE iif(operation_type = 'DELETE',
        EXISTS (SELECT 1 FROM "${table}" AS row WHERE row.id = record_id),
        NOT EXISTS (SELECT 1 FROM "${table}" AS row WHERE row.id = record_id AND row._etag = sequence_number))`);
}

describe('a process that is killed while it writes', () => {
  const folder = new TemporaryFolder();
  afterAll(() => folder.remove());

  async function killAndLook(file: number): Promise<void> {
    const name = `${file}.db`;
    const path = folder.file(name);
    for (let round = 0; round < ROUNDS; round++) {
      const said = await writeAndKill(path, ((round * FILES + file) * 7) % MOMENTS);
      const database = folder.open(name);
      await database.read((open) => {
        expect(open.lastEtag).toBeGreaterThanOrEqual(said.etag);
        expect(strays(open, 'Cars')).toEqual([]);
        expect(strays(open, 'Copies')).toEqual([]);
        const events = `SELECT (SELECT count(*) FROM Cars_Events) + (SELECT count(*) FROM Copies_Events) AS value`;
        expect(open.number(events)).toBe(open.lastEtag);
      });
      const stored = await new SqliteChangeSink(database).readCheckpoint(NAME);
      const to = stored?.checkpoint.to ?? 0;
      expect(to).toBeGreaterThanOrEqual(said.applied);
      expect(await database.read((open) => open.number('SELECT count(*) AS value FROM Copies'))).toBe(3 * to);
      await database.close();
    }
  }

  it(`leaves no event without its change and no change without its event, ${FILES * ROUNDS} times`, async () => {
    await Promise.all(Array.from({ length: FILES }, (_, n) => killAndLook(n)));
  }, 600_000);
});
