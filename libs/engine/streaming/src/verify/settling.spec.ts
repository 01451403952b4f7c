import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
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

  it('also removes one whose id the owner’s store treats as that of a copy that its script makes', async () => {
    copies.made.set('cars/ä', ['cars/ä']);
    copies.write('cars/ä', 'cars/ä');
    copies.write('cars/Ä', 'cars/ä');
    copies.write('cars/b', 'cars/ä');
    const strays = new Map([['cars/ä', ['cars/Ä', 'cars/b']]]);
    const { findings } = await copies.settling.settle(['cars/ä'], strays, signal);
    expect(findings.map(({ id, kind }) => `${kind} ${id}`)).toEqual(['ghost cars/Ä', 'ghost cars/b']);
    expect(await copies.settling.repair(findings, signal)).toEqual({ ghosts: 2, others: 0 });
    expect([...copies.sink.documents.keys()]).toEqual(['cars/ä']);
  });

  it('finishes although changes are applied between each check and the removal', async () => {
    const ghosts = Array.from({ length: 40 }, (_, n) => `cars/ghost${n}`);
    for (const id of ghosts) copies.write(id, id);
    copies.write('cars/busy', 'cars/busy');
    const { sink } = copies;
    const list = sink.copies.bind(sink);
    sink.copies = async function* (...asked) {
      yield* list(...asked);
      const stored = await sink.readCheckpoint(CHECKPOINT.name);
      if (!stored) throw new Error('there is no checkpoint');
      await sink.apply([], { ...stored.checkpoint, to: stored.checkpoint.to + 1 }, stored.version);
      copies.write('cars/busy', 'cars/busy');
    };
    const found = ghosts.map((id) => finding('ghost', id));
    expect(await copies.settling.repair(found, signal)).toEqual({ ghosts: 40, others: 0 });
    expect([...sink.documents.keys()]).toEqual(['cars/busy']);
  });

  it('leaves what was written between the check and the removal, and what the store refuses to delete', async () => {
    const ghosts = ['cars/a', 'cars/b', 'cars/c', 'cars/kept', 'cars/written'];
    for (const id of ghosts) copies.write(id, id);
    const { sink } = copies;
    sink.refusesToDelete = ({ id }) => id === 'cars/kept';
    const remove = sink.removeAsListed.bind(sink);
    sink.removeAsListed = async (listed) => {
      if (listed.some(({ id }) => id === 'cars/written')) copies.write('cars/written', 'cars/written');
      await remove(listed);
    };
    const found = ghosts.map((id) => finding('ghost', id));
    expect(await copies.settling.repair(found, signal)).toEqual({ ghosts: 3, others: 0 });
    expect([...sink.documents.keys()]).toEqual(['cars/kept', 'cars/written']);
  });

  it('reports that the store is away instead of counting ghosts as kept', async () => {
    copies.write('cars/b', 'cars/b');
    copies.sink.removeAsListed = () => Promise.reject(new UnavailableError('no answer'));
    const found = [finding('ghost', 'cars/b')];
    await expect(copies.settling.repair(found, signal)).rejects.toThrow(UnavailableError);
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
