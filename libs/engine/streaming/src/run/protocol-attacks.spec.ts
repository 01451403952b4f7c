import type { Guard } from '@nestjs-spark/foundation/internal';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  decodeHeader,
  resyncSubject,
  isResyncRequest,
  type ResyncRequest,
} from '@nestjs-spark/contracts/internal';
import { Simulation, TASK } from '../../testing/simulation.ts';
import { resyncRequest } from '../task/resync.ts';
import { until, untilEqual, untilSettled } from '../../testing/until.ts';

const NEVER = 3_600_000;

describe('a requester', () => {
  let simulation = new Simulation();

  afterEach(() => simulation.stop());

  const request = (): Promise<ResyncRequest | null> =>
    simulation.control.last(resyncSubject(TASK), isResyncRequest);

  async function dropAllButTail(): Promise<void> {
    const tail = await simulation.log.tail();
    await simulation.log.trim(tail?.sequence ?? 0);
  }

  async function untilLogged(condition: (header: ReturnType<typeof decodeHeader>) => boolean): Promise<void> {
    await until(
      async () => {
        const tail = await simulation.log.tail();
        return tail !== null && condition(decodeHeader(tail.headers));
      },
      () => 'it is not in the log',
    );
  }

  /** Sets that the requester has not read are gone from the log, and nobody is there to send them again. */
  async function leaveHole(): Promise<void> {
    // An owner that raises its witness all the time fills the log, which nobody reads here.
    simulation = new Simulation(undefined, { witnessMs: NEVER });
    const { source } = simulation;
    const capture = simulation.startCapture();
    const apply = simulation.startApply();
    source.put('cars/1', { V: 1 });
    await untilEqual(simulation);
    await apply.kill();
    for (const id of ['cars/2', 'cars/3']) {
      source.put(id, { V: 1 });
      const { lastEtag } = await source.identify('');
      await untilLogged(({ to }) => to >= lastEtag);
    }
    await capture.kill();
    await dropAllButTail();
  }

  async function makeHole(): Promise<void> {
    await leaveHole();
    simulation.startApply();
    await until(
      async () => (await request()) !== null,
      () => 'no resync is asked for',
    );
  }

  it('asks again when its request was lost with the control stream', async () => {
    await makeHole();
    simulation.control.lose();
    simulation.startCapture();
    await untilEqual(simulation);
  });

  it('does not put its own request in the place of one that asks for everything', async () => {
    await leaveHole();
    const { control } = simulation;
    const wish = resyncRequest('an operator asked for it', null, null, true);
    await control.publish(resyncSubject(TASK), wish);
    let asked = 0;
    const publish = control.publish.bind(control);
    const last = control.last.bind(control);
    control.last = <T extends object>(subject: string, fits: Guard<T>) =>
      last(subject, fits).finally(() => asked++);
    control.publish = (subject, message) => publish(subject, message).finally(() => asked++);
    simulation.startApply();
    await until(
      async () => asked > 0,
      () => 'the hole was not seen',
    );
    simulation.startCapture();
    await untilLogged(({ resync, generation }) => resync === wish.id && generation === 2);
    await untilEqual(simulation);
  });

  it('asks again when the answer was lost from the log', async () => {
    await makeHole();
    const { log, source } = simulation;
    const read = log.read.bind(log);
    const held = Promise.withResolvers<void>();
    log.read = async function* (...where) {
      await held.promise;
      yield* read(...where);
    };
    log.breakReaders();
    simulation.startCapture();
    const asked = await request();
    await untilLogged(({ resync }) => resync === asked?.id);
    source.put('cars/4', { V: 1 });
    const { lastEtag } = await source.identify('');
    await untilLogged(({ to }) => to >= lastEtag);
    await dropAllButTail();
    held.resolve();
    await untilEqual(simulation);
  });

  it('does not give up a set that comes slowly for one that never comes', async () => {
    simulation = new Simulation(undefined, { watermarkMs: NEVER });
    const { log, source } = simulation;
    const read = log.read.bind(log);
    log.read = async function* (...where) {
      for await (const message of read(...where)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield message;
      }
    };
    source.put('cars/1', { V: 1 });
    simulation.startCapture();
    simulation.startApply();
    await until(
      () => simulation.target.documents.has('cars/1'),
      () => 'it does not come',
    );
  });

  it('confirms what it reads in a stream that was made again between its look at it and the reading', async () => {
    simulation = new Simulation();
    const { log, source } = simulation;
    const describeLog = log.describe.bind(log);
    simulation.startCapture();
    source.put('cars/1', { V: 0 });
    await untilLogged(({ live }) => live);
    log.describe = async () => {
      log.describe = describeLog;
      const description = await describeLog();
      log.recreate();
      return description;
    };
    simulation.startApply();
    // More than the log holds, so that it has to be trimmed.
    for (let n = 1; n <= 30; n++) {
      source.put('cars/1', { V: n });
      await untilEqual(simulation);
    }
  });

  it('without any copy takes all but what its store refuses, although a generation’s opening set is gone', async () => {
    simulation = new Simulation();
    const { source, log } = simulation;
    source.put('cars/1', { V: 1, Refused: true });
    source.put('cars/2', { V: 2 });
    const capture = simulation.startCapture();
    await untilLogged(({ live }) => live);
    await capture.kill();
    const image = log.backup();
    const sets = image.messages.map((message) => ({ message, header: decodeHeader(message.headers) }));
    const first = sets.filter(({ header: { from, to } }) => from === 1 && to > 0);
    log.restore({ ...image, messages: first.map(({ message }) => message) });
    simulation.startApply();
    simulation.startCapture();
    await untilSettled(simulation);
    expect([...simulation.target.documents.keys()]).toEqual(['cars/2']);
  });
});
