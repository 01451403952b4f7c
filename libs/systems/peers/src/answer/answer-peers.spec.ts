import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { DriftStore } from '../drift/drift-store.ts';
import { AnswerPeers } from './answer-peers.ts';
import { packObject, type Question, readHeadsAnswer, readReadAnswer } from './questions.ts';

const text = () => JSON.stringify({ Text: randomBytes(1_500).toString('base64') });
const RECORDS = Array.from({ length: 100 }, (_, at) => `notes/${at}`);
const ASKED = { entity: 'Notes', to: null };

/** What a node answers to a question, with so many bytes for it. */
async function answerTo(
  kind: 'read' | 'heads',
  question: Question,
  most: number,
): Promise<Uint8Array | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | null>();
  const answers = new AnswerPeers({
    service: 'notes',
    node: 'b',
    state: () => ({ isReady: true, position: 7 }),
    hasEntity: () => true,
    beginSnapshot: () => false,
    requests: {
      async answer(subject, _group, answerer) {
        if (subject.endsWith(kind)) answerer(await packObject(question), most).then(resolve, reject);
      },
    },
    store: {
      documents: async (_: string, { skip = 0, take = 1 }: { skip?: number; take?: number }) => ({
        items: RECORDS.slice(skip, skip + take).map((id) => ({ id, document: text(), version: 'abcd:1' })),
        total: RECORDS.length,
      }),
      events: async () => [],
      sideOf: async (_: string, ids: readonly string[]) => ({
        applied: {},
        records: ids.map((recordId) => ({ recordId, heads: text().slice(0, 1_000), hash: null })),
      }),
    } as unknown as DriftStore,
  });
  await answers.run(new AbortController().signal);
  return promise;
}

describe('An answer that is larger than a message', () => {
  it('has as many of the documents as fit, from the first on', async () => {
    const answer = await answerTo('read', { ...ASKED, skip: 10, take: 40 }, 40_000);
    const read = answer && (await readReadAnswer(answer));
    expect(read?.total).toBe(100);
    expect(read?.items.map(({ id }) => id)).toEqual(RECORDS.slice(10, 30));
  });

  it('has as many of the records as fit, from the first on', async () => {
    const answer = await answerTo('heads', { ...ASKED, records: RECORDS }, 40_000);
    const read = answer && (await readHeadsAnswer(answer));
    expect(read?.records.map(({ recordId }) => recordId)).toEqual(RECORDS.slice(0, 50));
  });

  it('is none where not even one fits, and says so', async () => {
    await expect(answerTo('read', { ...ASKED, skip: 0, take: 40 }, 1_000)).rejects.toThrow(
      'more than 1000 bytes',
    );
    await expect(answerTo('read', { ...ASKED, id: 'notes/1' }, 1_000)).rejects.toThrow(
      'even for a single document',
    );
  });
});
