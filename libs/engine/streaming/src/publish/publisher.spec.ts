import { expect, it } from '@jest/globals';
import { decodeChangeSet, UNNAMED_RULE } from '@nestjs-spark/contracts/internal';
import { MemoryKeys, MemoryLog } from '@nestjs-spark/testing';
import { Caution } from './caution.ts';
import { Contents } from './contents.ts';
import { Publisher, PublishFailedError } from './publisher.ts';

const WITNESS = { number: 1, mark: 'm' };
const PAGE = {
  databaseId: 'db',
  from: 1,
  to: 1,
  drained: true,
  lastEtag: 1,
  changes: [],
  deletes: Promise.resolve('kept' as const),
};
const CHANGE = { etag: 1, documentId: 'cars/1', commands: [] };

function publisher(log: MemoryLog, caution: Caution, sequence: number): Publisher {
  return new Publisher({
    log,
    task: {
      key: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
      collection: 'Cars',
      script: '',
      fingerprint: 'f',
      generation: 1,
      loadable: [],
    },
    position: {
      generation: 1,
      incarnation: 'i',
      databaseId: 'db',
      to: 0,
      began: 1,
      live: false,
      witness: WITNESS,
      resync: null,
    },
    sequence,
    dropOlder: false,
    contents: new Contents(undefined),
    ids: UNNAMED_RULE,
    caution,
    signer: new MemoryKeys().signerOf('Fleet'),
  });
}

it('blames no change when a set without any was not taken', async () => {
  const log = new MemoryLog();
  log.refuses = () => true;
  const failure: unknown = await publisher(log, new Caution(), 0)
    .publish(PAGE, WITNESS, [])
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(PublishFailedError);
});

it('asks whether the log takes sets right before each attempt of a change under suspicion, and at no other time', async () => {
  const log = new MemoryLog();
  const caution = new Caution();
  let sequence = 0;
  const session = () => publisher(log, caution, sequence);
  const lengthOf = async () => {
    sequence = (await log.tail())?.sequence ?? 0;
    return sequence;
  };
  log.refuses = ({ to }) => to > 0;

  await expect(session().publish(PAGE, WITNESS, [CHANGE])).rejects.toThrow(PublishFailedError);
  caution.failed({ after: 0, changes: 1, cause: new Error('it is over a bound') });
  expect(await lengthOf()).toBe(0);

  await expect(session().publish(PAGE, WITNESS, [CHANGE])).rejects.toThrow(PublishFailedError);
  caution.failed({ after: 0, changes: 1, cause: new Error('it is over a bound') });
  expect(await lengthOf()).toBe(1);

  log.refuses = null;
  const leftOut: unknown[] = [];
  await session().publish(PAGE, WITNESS, [CHANGE], async ({ documentId }) => void leftOut.push(documentId));
  expect(leftOut).toEqual(['cars/1']);
  const last = await log.tail();
  expect(
    await decodeChangeSet({ headers: last?.headers ?? {}, payload: last?.payload ?? new Uint8Array() }),
  ).toMatchObject({
    to: 1,
    commands: [],
  });
  expect(await lengthOf()).toBe(3);
});
