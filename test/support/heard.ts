import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

export interface Heard {
  kind: 'arrived' | 'changed' | 'gone';
  id: string;
  etag: number | null;
  document: { model?: string; color?: string | null } | null;
}

export function heardFile(): string {
  return join(tmpdir(), `spark-heard-${randomUUID()}.jsonl`);
}

/** What a module of the tests was told of its copies, by all of its instances. A line that a kill has cut off is not there yet. */
export function readHeard(file: string): Heard[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Heard);
}
