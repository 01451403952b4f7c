import { afterEach, describe, expect, it } from '@jest/globals';
import {
  confirmationSubject,
  encodeChangeSet,
  isConfirmation,
  readHeader,
  resyncSubject,
  type LogPayload,
} from '@nestjs-spark/contracts/internal';
import { taskName, UnavailableError } from '@nestjs-spark/contracts';
import { EVIL, HostilePeer } from '../../testing/hostile-peer.ts';
import { Simulation, TASK, type Running } from '../../testing/simulation.ts';
import { requireNotFalselyClean, until, untilEqual } from '../../testing/until.ts';
import { resyncRequest } from '../task/resync.ts';

const NEVER = 3_600_000;

describe('a route into which somebody else writes', () => {
  let simulation = new Simulation();

  afterEach(() => simulation.stop());

  const generation = (): number => simulation.target.checkpointOf(taskName(TASK))?.generation ?? 0;

  async function start(): Promise<HostilePeer> {
    simulation = new Simulation();
    const peer = new HostilePeer(simulation);
    simulation.startCapture();
    simulation.startApply();
    for (const n of [1, 2, 3]) simulation.source.put(`cars/${n}`, { V: n });
    await untilEqual(simulation);
    return peer;
  }

  it('is Faulted with the reason, and lists the message, until the owner has sent something', async () => {
    const peer = await start();
    await until(
      async () => {
        await simulation.stopCaptures();
        if (await peer.act('no-signature', 0)) return true;
        simulation.startCapture();
        return false;
      },
      () => 'the log stays full',
    );
    await until(
      () => simulation.reports().some(({ state }) => state === 'Faulted'),
      () => 'it is not Faulted',
    );
    const [report] = simulation.reports();
    expect(report?.lastError).toMatch(/message \d+ of the log is refused: it is not signed, and Fleet signs/);
    expect(report?.refused).toMatchObject([{ reason: report?.lastError }]);
    simulation.startCapture();
    simulation.source.put('cars/4', { V: 4 });
    await untilEqual(simulation);
    await until(
      () => simulation.reports().every(({ state }) => state === 'Streaming'),
      () => 'it does not go on',
    );
  });

  it('stays in its generation, whatever is written and however often', async () => {
    const peer = await start();
    const before = generation();
    for (let n = 0; n < 40; n++) {
      await peer.act(n % 2 === 0 ? 'garbage' : 'strange-key', n);
      simulation.source.put(`cars/${n % 5}`, { V: `n${n}` });
      await new Promise((resolve) => setTimeout(resolve, 2));
      requireNotFalselyClean(simulation);
    }
    await untilEqual(simulation);
    expect(generation()).toBe(before);
  });

  it('stays in its generation when an instance ends while it drops what was repeated', async () => {
    await start();
    const before = generation();
    const [first] = simulation.log.backup().messages;
    simulation.changeScript('v2');
    await until(
      () => generation() > before,
      () => 'no generation begins',
    );
    await untilEqual(simulation);
    const after = generation();
    await simulation.stopCaptures();
    if (first?.payload) simulation.log.intrude({ headers: first.headers, payload: first.payload });
    const { log } = simulation;
    const append = log.append.bind(log);
    let tried = 0;
    log.append = async () => {
      tried++;
      throw new UnavailableError('The log takes nothing');
    };
    simulation.startCapture();
    await until(
      () => tried > 0,
      () => 'nothing is sent again',
    );
    await simulation.stopCaptures();
    log.append = append;
    simulation.startCapture();
    simulation.source.put('cars/4', { V: 4 });
    await untilEqual(simulation);
    expect(generation()).toBe(after);
  });

  it('is not read again forever because somebody asks for it, or confirms what does not exist, on the board', async () => {
    simulation = new Simulation(undefined, { answerMs: NEVER });
    simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { V: 1 });
    await untilEqual(simulation);
    const { control, source } = simulation;
    const real = await control.last(confirmationSubject(TASK), isConfirmation);
    if (!real) throw new Error('nothing is confirmed');
    const generations = new Set([generation()]);
    for (let n = 0; n < 30; n++) {
      await control.publish(resyncSubject(TASK), resyncRequest('forged', null, null, true));
      await control.publish(confirmationSubject(TASK), {
        ...real,
        generation: 1_000 + n,
        incarnation: `${n}`,
      });
      source.put('cars/2', { V: n });
      await new Promise((resolve) => setTimeout(resolve, 2));
      requireNotFalselyClean(simulation);
      generations.add(generation());
    }
    source.put('cars/3', { V: 3 });
    await untilEqual(simulation);
    generations.add(generation());
    expect(generations.size).toBeLessThanOrEqual(2);
  });

  it('goes on when it was filled up', async () => {
    const peer = await start();
    while (simulation.log.intrude({ headers: {}, payload: Buffer.from('x') }));
    await peer.act('garbage', 1);
    simulation.source.put('cars/5', { V: 5 });
    await untilEqual(simulation);
  });

  it('is equal to the owner in the end wherever anything that it ever sent comes once more', async () => {
    const heard: LogPayload[] = [];
    await start();
    const append = simulation.log.append.bind(simulation.log);
    simulation.log.append = (message, after) => {
      heard.push(structuredClone(message));
      return append(message, after);
    };
    for (const script of ['v2', 'v3', 'v4']) {
      simulation.source.put('cars/1', { V: script });
      simulation.source.delete('cars/2');
      simulation.source.put('cars/2', { V: `${script} again` });
      simulation.changeScript(script);
      await untilEqual(simulation);
    }
    const before = generation();
    for (const message of [...heard, ...heard.toReversed()]) {
      simulation.log.intrude(message);
      await new Promise((resolve) => setTimeout(resolve, 1));
      requireNotFalselyClean(simulation);
    }
    simulation.source.put('cars/6', { V: 6 });
    await untilEqual(simulation);
    expect(generation()).toBe(before);
  });
});

describe('an owner and a requester of two versions', () => {
  let simulation = new Simulation();

  afterEach(() => simulation.stop());

  /** As the version before signing writes it. */
  async function unsign(): Promise<void> {
    const { messages, ...stream } = simulation.log.backup();
    const bare = messages.map(({ headers, ...message }) => {
      const { 'Spark-Key': _, 'Spark-Signature': __, ...rest } = headers;
      return { ...message, headers: rest };
    });
    simulation.log.restore({ ...stream, messages: bare });
  }

  /** An older owner puts a car into the log, and is stopped. */
  async function sendOlder(n: number): Promise<void> {
    simulation.source.put(`cars/${n}`, { V: n });
    // Before anybody marks the source again: that etag is published much later.
    const { lastEtag } = await simulation.source.identify('');
    const capture = simulation.startCapture();
    await until(
      async () => (readHeader(await simulation.log.tail())?.to ?? 0) >= lastEtag,
      () => 'it is not in the log',
    );
    await capture.kill();
    await unsign();
  }

  /** What an older owner sent is applied. */
  async function olderPair(): Promise<Running> {
    // An owner that raises its witness all the time fills the log while nobody reads it.
    simulation = new Simulation(undefined, { witnessMs: NEVER });
    simulation.keys.older.add(TASK.owner);
    await sendOlder(1);
    const apply = simulation.startApply();
    await until(
      () => checkpoint()?.live === true,
      () => 'it is not applied',
    );
    return apply;
  }

  const checkpoint = () => simulation.target.checkpointOf(taskName(TASK));

  it('requester first: what an older owner sends is taken, and the generation stays when the owner follows', async () => {
    await olderPair();
    expect(simulation.target.documents.size).toBe(1);
    const before = checkpoint();
    expect(before?.signed).toBeUndefined();
    simulation.keys.older.clear();
    simulation.startCapture();
    simulation.source.put('cars/4', { V: 4 });
    await untilEqual(simulation);
    expect(checkpoint()).toMatchObject({ generation: before?.generation, signed: true });
  });

  it('sets in flight when the owner is updated: they come once more, signed, in the same generation', async () => {
    const apply = await olderPair();
    await apply.kill();
    await sendOlder(2);
    await sendOlder(3);
    const generation = checkpoint()?.generation;
    simulation.keys.older.clear();
    simulation.startApply();
    await until(
      () => simulation.reports().some(({ refused }) => refused.length > 0),
      () => 'they are taken without a signature',
    );
    simulation.startCapture();
    await untilEqual(simulation);
    expect(checkpoint()).toMatchObject({ generation, signed: true });
  });

  it('once a set was signed, none without a signature is taken, whatever the registry says', async () => {
    simulation = new Simulation();
    const capture = simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { V: 1 });
    await untilEqual(simulation);
    await capture.kill();
    simulation.keys.older.add(TASK.owner);
    const header = readHeader(await simulation.log.tail());
    if (!header) throw new Error('the log is empty');
    const { to } = header;
    const document = `{"@metadata":{"@collection":"Cars","spark-source":"Fleet/${EVIL}","spark-etag":1,"spark-generation":"HR/cars:1"}}`;
    const commands = [{ type: 'put' as const, id: EVIL, document }];
    simulation.log.intrude(await encodeChangeSet({ ...header, from: to + 1, to: to + 1, commands }));
    await until(
      () => simulation.reports().some(({ refused }) => refused.length > 0),
      () => 'nothing is refused',
    );
    requireNotFalselyClean(simulation);
    simulation.startCapture();
    simulation.source.put('cars/2', { V: 2 });
    await untilEqual(simulation);
  });
});
