import { describe, expect, it } from '@jest/globals';
import {
  readHeader,
  encodeChangeSet,
  resyncSubject,
  isResyncRequest,
} from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { MemoryBoard, MemoryLog } from '@nestjs-spark/testing';
import { SILENT, TASK } from '../../testing/simulation.ts';
import { ResyncRequests } from './resync-requests.ts';

const checkpoint = checkpointOf(TASK, { to: 50 });
const { incarnation, databaseId, witness, script } = checkpoint;
const hole = {
  task: TASK,
  generation: 1,
  incarnation,
  databaseId,
  witness,
  script,
  from: 60,
  to: 70,
  began: 0,
  live: false,
  resync: null as string | null,
  readAt: 0,
};

/** A requester whose log ends with the set that does not join. */
async function requester() {
  const log = new MemoryLog();
  const control = new MemoryBoard();
  const append = async (set = hole) => {
    const last = await log.tail();
    await log.append(await encodeChangeSet({ ...set, commands: [] }), last?.sequence ?? 0);
  };
  await append();
  const sets = {
    tail: async () => {
      const last = await log.tail();
      return last && { header: readHeader(last) };
    },
  };
  let sent = 0;
  const resyncs = new ResyncRequests(TASK, { sets, control, logger: SILENT, sent: () => sent++ });
  const last = () => control.last(resyncSubject(TASK), isResyncRequest);
  return { resyncs, control, append, last, sent: () => sent };
}

describe('what a requester asks its owner to send again', () => {
  it('is asked for once, however many sets show it', async () => {
    const { resyncs, sent } = await requester();
    for (let sets = 0; sets < 3; sets++) await resyncs.forHole(checkpoint, hole);
    expect(sent()).toBe(1);
  });

  it('is asked for again when a set has joined since', async () => {
    const { resyncs, sent } = await requester();
    await resyncs.forHole(checkpoint, hole);
    resyncs.joined();
    await resyncs.forHole(checkpoint, hole);
    expect(sent()).toBe(2);
  });

  it('is asked for again when the request was lost, and not while it waits for its answer', async () => {
    const { resyncs, control, sent } = await requester();
    await resyncs.forHole(checkpoint, hole);
    await resyncs.forgetIfLost();
    await resyncs.forHole(checkpoint, hole);
    expect(sent()).toBe(1);
    control.lose();
    await resyncs.forgetIfLost();
    await resyncs.forHole(checkpoint, hole);
    expect(sent()).toBe(2);
  });

  it('does not take the place of a request for everything, until that is answered', async () => {
    const { resyncs, append, last, sent } = await requester();
    await resyncs.forEverything(checkpoint, 'an older version left copies');
    await resyncs.forHole(checkpoint, hole);
    const everything = await last();
    expect([sent(), everything?.fromStart]).toEqual([1, true]);
    await append({ ...hole, generation: 2, resync: everything?.id ?? null });
    resyncs.joined();
    await resyncs.forHole(checkpoint, hole);
    expect([sent(), (await last())?.fromStart]).toEqual([2, undefined]);
  });
});
