import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { VersionConflictError } from '@nestjs-spark/contracts';
import {
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  copiesLabel,
  generationLabel,
  type IdRule,
} from '@nestjs-spark/contracts/internal';
import { MemorySink } from '@nestjs-spark/testing';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import { markOf, readContent } from './copy-content.ts';
import { Settling } from './settling.ts';
import { Standing } from './standing.ts';
import type { Finding } from './verify-record.ts';

const signal = new AbortController().signal;
const CHECKPOINT = checkpointOf(TASK, { live: true, swept: true, ids: 'ravendb', to: 9 });

class Copies {
  readonly sink: MemorySink;
  readonly asked: string[][] = [];
  /** What the script makes of each document: the ids of its copies. */
  made = new Map<string, string[]>();
  beforeAnswer: () => void = () => {};
  readonly settling: Settling;

  constructor(ids: IdRule) {
    this.sink = new MemorySink(ids);
    const ask = async (): Promise<{ sourceEtag: number }> => ({ sourceEtag: 9 });
    const task = { key: TASK, collection: 'Cars', fingerprint: CHECKPOINT.script };
    const parts = {
      task,
      sink: this.sink,
      database: {
        ids,
        load: async (wanted: string[]) =>
          wanted.map((id) => {
            const text = this.sink.textOf(id);
            return text === null ? null : { id, collection: 'Cars', copyOf: null, json: Buffer.from(text) };
          }),
      },
      source: {
        page: () => Promise.reject(new Error('nobody asks for a page here')),
        documents: async (_: unknown, wanted: readonly string[]) => {
          this.asked.push([...wanted]);
          this.beforeAnswer();
          const documents = wanted.map((id) => {
            const copies = (this.made.get(id) ?? []).map((copy) => ({ id: copy, mark: markOfCopy(id) }));
            return { id, etag: 0, copies };
          });
          return { databaseId: 'db', script: CHECKPOINT.script, before: 9, after: 9, documents };
        },
      },
      inquiry: { sendAgain: async () => {} },
      standing: new Standing(task, this.sink, { ask }),
      refusedAfterMs: [],
    };
    this.settling = new Settling(parts, CHECKPOINT.incarnation);
  }

  async begin(): Promise<void> {
    await this.sink.apply([], CHECKPOINT, null);
  }

  write(id: string, document: string): void {
    this.sink.documents.set(id, {
      id,
      collection: 'Cars',
      fields: {},
      text: textOf(document),
      source: `Fleet/${document}`,
      etag: 1,
      generation: GENERATION,
    });
  }
}

const GENERATION = generationLabel(copiesLabel(CHECKPOINT.name), 1);

function textOf(document: string): string {
  const marks = { [COPY_SOURCE]: `Fleet/${document}`, [COPY_ETAG]: 1, [COPY_GENERATION]: GENERATION };
  return JSON.stringify({ V: document, '@metadata': { '@collection': 'Cars', ...marks } });
}

function markOfCopy(document: string): string {
  return markOf(readContent(textOf(document)), true);
}

function finding(kind: Finding['kind'], id: string, document = id): Finding {
  return { id, document, kind, reason: '' };
}

describe('deleting ghosts', () => {
  let copies: Copies;

  beforeEach(async () => {
    copies = new Copies('sqlite');
    await copies.begin();
  });

  it('leaves one that the owner takes for a copy that its script makes: the delete would remove both', async () => {
    copies.made.set('cars/ä', ['cars/ä']);
    copies.write('cars/ä', 'cars/ä');
    copies.write('cars/Ä', 'cars/ä');
    copies.write('cars/b', 'cars/ä');
    const strays = new Map([['cars/ä', ['cars/Ä', 'cars/b']]]);
    const { findings } = await copies.settling.settle(['cars/ä'], strays, signal);
    expect(findings.map(({ id, kind }) => `${kind} ${id}`)).toEqual(['ghost cars/Ä', 'ghost cars/b']);
    expect(await copies.settling.repair(findings, signal)).toEqual({ ghosts: 1, others: 0 });
    expect([...copies.sink.documents.keys()]).toEqual(['cars/ä', 'cars/Ä']);
  });

  it('says why it cannot, where the checkpoint moves each time', async () => {
    copies.write('cars/b', 'cars/b');
    copies.sink.apply = () => Promise.reject(new VersionConflictError('moved'));
    await expect(copies.settling.repair([finding('ghost', 'cars/b')], signal)).rejects.toThrow(
      /changes come without a pause/,
    );
  });
});

describe('repairing what a comparison found', () => {
  let copies: Copies;

  beforeEach(async () => {
    copies = new Copies('ravendb');
    await copies.begin();
    for (const id of ['cars/1', 'cars/2']) copies.made.set(id, [id]);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('asks only for what is still wrong', async () => {
    copies.write('cars/1', 'cars/1');
    copies.beforeAnswer = () => {
      if (copies.asked.length === 2) copies.write('cars/2', 'cars/2');
    };
    const found = [finding('missing', 'cars/1'), finding('missing', 'cars/2')];
    expect(await copies.settling.repair(found, signal)).toEqual({ ghosts: 0, others: 2 });
    expect(copies.asked).toEqual([['cars/1', 'cars/2'], ['cars/2']]);
  });

  it('is over after half a minute, however long the owner takes for an answer', async () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    copies.beforeAnswer = () => {
      now += 20_000;
    };
    expect(await copies.settling.repair([finding('missing', 'cars/1')], signal)).toEqual({
      ghosts: 0,
      others: 0,
    });
    expect(copies.asked).toHaveLength(2);
  });
});
