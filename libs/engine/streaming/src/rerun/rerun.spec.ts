import { taskName } from '@nestjs-spark/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFullError, decodeHeader } from '@nestjs-spark/contracts/internal';
import { alterScripts, plainScripts } from '../../testing/plain-scripts.ts';
import { Simulation, TASK } from '../../testing/simulation.ts';
import { until as untilTrue } from '../../testing/until.ts';
import { SetAside } from '@nestjs-spark/set-aside/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';

const until = (what: string, condition: () => boolean | Promise<boolean>): Promise<void> =>
  untilTrue(condition, () => `never: ${what}`);

const reading = (generation: number) => ({ generation, incarnation: `of ${generation}` });

describe('documents whose script failed', () => {
  let simulation: Simulation;
  let fixed = false;

  /** Fails with documents that need something that is not there yet. */
  const scripts = alterScripts(plainScripts, (plain) => ({
    transform: (inputs, load, signal) => {
      const seen = inputs.map((input) => {
        const text = Buffer.from(input.document).toString();
        const document = fixed ? text.replace('"Throws"', '"Threw"') : text;
        return { ...input, document: Buffer.from(document) };
      });
      return plain.transform(seen, load, signal);
    },
  }));

  beforeEach(() => {
    fixed = false;
    simulation = new Simulation();
    simulation.scripts = scripts;
  });
  afterEach(() => simulation.stop());

  const list = () => listSetAside(simulation.state, taskName(TASK));
  const copy = (id: string) => simulation.target.documents.get(id)?.fields;

  it('are listed with place, reason and how often, and the rest goes on', async () => {
    simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { Throws: true, V: 1 });
    simulation.source.put('cars/2', { V: 2 });
    await until('the rest is there', () => copy('cars/2')?.V === 2);
    simulation.source.put('cars/1', { Throws: true, V: 2 });
    await until('it failed twice', async () => (await list()).documents[0]?.count === 2);
    expect((await list()).documents).toMatchObject([
      { documentId: 'cars/1', reason: 'it throws', line: 1, column: 1, kind: 'thrown', count: 2 },
    ]);
  });

  it('leave the list when they are changed and succeed, and when they are deleted', async () => {
    simulation.startCapture();
    for (const id of ['cars/1', 'cars/2']) simulation.source.put(id, { Throws: true });
    await until('both are listed', async () => (await list()).documents.length === 2);
    simulation.source.put('cars/1', { V: 1 });
    simulation.source.delete('cars/2');
    await until('none is listed', async () => (await list()).documents.length === 0);
  });

  it('leave the list when the script is replaced', async () => {
    simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { Throws: true });
    await until('it is listed', async () => (await list()).documents.length === 1);
    fixed = true;
    simulation.changeScript('v2');
    await until('it arrives', () => copy('cars/1')?.Tag === 'v2');
    expect((await list()).documents).toEqual([]);
  });

  it('arrive when they are run again, even when nobody carried the task when that was asked', async () => {
    const first = simulation.startCapture();
    simulation.startApply();
    for (let n = 0; n < 200; n++) simulation.source.put(`cars/${n}`, { Throws: true, V: n });
    await until('all are listed', async () => (await list()).documents.length === 200);
    await first.kill();
    fixed = true;
    await simulation.askRerun(null);
    expect((await list()).retrying).toBe(true);
    simulation.startCapture();
    await until('all arrived', () => simulation.target.documents.size === 200);
    await until('nothing is left to do', async () => !(await list()).retrying);
    expect(await list()).toEqual({ documents: [], beyond: 0, retrying: false });
  });

  it('stay on the list, with a new count, when they fail again', async () => {
    simulation.startCapture();
    simulation.source.put('cars/1', { Throws: true });
    await until('it is listed', async () => (await list()).documents.length === 1);
    await simulation.askRerun(['cars/1']);
    await until('it was tried', async () => (await list()).documents[0]?.count === 2);
    await until('the request is closed', async () => !(await list()).retrying);
  });

  it('are not sent, and leave the list, when they are copies themselves', async () => {
    const first = simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { V: 1 }, 'Cars', 'Depot/cars/1');
    simulation.source.put('cars/2', { V: 2 });
    await until('all is read', () => copy('cars/2')?.V === 2);
    await first.kill();
    const tail = await simulation.log.tail();
    const setAside = await SetAside.open(simulation.state, taskName(TASK), decodeHeader(tail?.headers ?? {}));
    const failure = { etag: 1, reason: 'it throws', kind: 'thrown', line: null, column: null };
    await setAside.add([{ documentId: 'cars/1', ...failure }]);
    await simulation.askRerun(['cars/1']);
    simulation.startCapture();
    await until('the request is closed', async () => !(await list()).retrying);
    expect((await list()).documents).toEqual([]);
    simulation.source.put('cars/2', { V: 3 });
    await until('what came later is there', () => copy('cars/2')?.V === 3);
    expect(copy('cars/1')).toBeUndefined();
  });

  it('never bring back what was changed or deleted meanwhile', async () => {
    simulation.startCapture();
    simulation.startApply();
    for (let n = 0; n < 40; n++) simulation.source.put(`cars/${n}`, { Throws: true, V: 0 });
    await until('all are listed', async () => (await list()).documents.length === 40);
    fixed = true;
    const retry = simulation.askRerun(null);
    for (let n = 0; n < 40; n++) {
      if (n % 3 === 0) simulation.source.delete(`cars/${n}`);
      if (n % 3 === 1) simulation.source.put(`cars/${n}`, { V: n });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await retry;
    await until('all is settled', async () => {
      const { documents, retrying } = await list();
      return !retrying && documents.length === 0;
    });
    await until('deleted ones are gone', () => simulation.target.documents.size === 26);
    for (let n = 0; n < 40; n++) {
      if (n % 3 === 0) expect(copy(`cars/${n}`)).toBeUndefined();
      if (n % 3 === 1) await until(`cars/${n} is new`, () => copy(`cars/${n}`)?.V === n);
      if (n % 3 === 2) await until(`cars/${n} is there`, () => copy(`cars/${n}`)?.V === 0);
    }
  });

  it('arrive once more at a requester that was restored to a state before they were rerun', async () => {
    simulation.startCapture();
    const apply = simulation.startApply();
    simulation.source.put('cars/1', { Throws: true, V: 1 });
    simulation.source.put('cars/2', { V: 2 });
    await until('the rest is there', () => copy('cars/2')?.V === 2);
    const putBack = simulation.target.backup();
    fixed = true;
    await simulation.askRerun(null);
    await until('it arrived', () => copy('cars/1')?.V === 1);
    simulation.source.put('cars/3', { V: 3 });
    await until('more arrived', () => copy('cars/3')?.V === 3);
    await apply.kill();
    putBack();
    expect(copy('cars/1')).toBeUndefined();
    const tail = await simulation.log.tail();
    await simulation.log.trim(tail?.sequence ?? 0);
    simulation.startApply();
    await until('it arrived again', () => copy('cars/1')?.V === 1 && copy('cars/3')?.V === 3);
    // Not because everything was read again.
    expect(simulation.target.documents.get('cars/1')?.generation).toBe('HR/cars:1');
  });

  it('go on where they were when the log was full, however few sets it takes at once', async () => {
    const documents = Array.from({ length: 12 }, (_, n) => `cars/${n}`);
    simulation.startCapture();
    for (const id of documents) simulation.source.put(id, { Throws: true, Text: 'x'.repeat(300_000) });
    await until('all are listed', async () => (await list()).documents.length === documents.length);
    fixed = true;
    await simulation.askRerun(documents);
    const { log } = simulation;
    const append = log.append.bind(log);
    let wasFull = false;
    log.append = (...parts) =>
      append(...parts).catch((error: unknown) => {
        wasFull ||= error instanceof LogFullError;
        throw error;
      });
    for (let timesFull = 0; (await list()).retrying; timesFull++) {
      expect(timesFull).toBeLessThan(documents.length);
      await until('it was full, or all is through', async () => wasFull || !(await list()).retrying);
      wasFull = false;
      await log.trim((await log.tail())?.sequence ?? 0);
    }
    expect((await list()).documents).toEqual([]);
  });

  it('are found among others that are run again, if the log does not take them, however much happens meanwhile', async () => {
    simulation.startCapture();
    simulation.startApply();
    const documents = Array.from({ length: 5 }, (_, n) => `cars/${n}`);
    const tooBig = ['cars/1', 'cars/3'];
    for (const id of documents)
      simulation.source.put(id, { Throws: true, ...(tooBig.includes(id) && { TooBig: true }) });
    await until('all are listed', async () => (await list()).documents.length === documents.length);
    const { refuses } = simulation.log;
    simulation.log.refuses = (set) => {
      const isRefused = refuses?.(set) === true;
      // So what is tried next follows another set.
      if (isRefused) simulation.source.put('cars/busy', { V: simulation.source.now('').lastEtag });
      return isRefused;
    };
    fixed = true;
    await simulation.askRerun(documents);
    await until('the request is closed', async () => !(await list()).retrying);
    const listed = (await list()).documents.map(({ documentId, kind }) => ({ documentId, kind }));
    expect(listed.toSorted((one, other) => one.documentId.localeCompare(other.documentId))).toEqual(
      tooBig.map((documentId) => ({ documentId, kind: 'refused' })),
    );
    const others = documents.length + 1 - tooBig.length;
    await until('the others arrived', () => simulation.target.documents.size === others);
    simulation.log.refuses = null;
    await simulation.askRerun(tooBig);
    await until(
      'they arrived, too, as soon as the log took them',
      () => simulation.target.documents.size === documents.length + 1,
    );
  });

  it('are counted beyond the number that is kept, which a start remembers', async () => {
    const failures = Array.from({ length: 10_005 }, (_, n) => ({
      documentId: `cars/${n}`,
      etag: n,
      reason: 'it throws',
      kind: 'thrown',
      line: null,
      column: null,
    }));
    const setAside = await SetAside.open(simulation.state, taskName(TASK), reading(1));
    await setAside.add(failures);
    expect(setAside.count).toBe(10_005);
    expect((await list()).documents).toHaveLength(10_000);
    expect((await SetAside.open(simulation.state, taskName(TASK), reading(1))).count).toBe(10_005);
    const next = await SetAside.open(simulation.state, taskName(TASK), reading(2));
    expect(next.count).toBe(0);
    await next.published(0);
    expect((await list()).documents).toEqual([]);
  });

  it('may have ids of any length', async () => {
    const setAside = await SetAside.open(simulation.state, taskName(TASK), reading(1));
    const documentId = `cars/${'ü'.repeat(250)}`;
    await setAside.add([{ documentId, etag: 1, reason: 'r', kind: 'thrown', line: null, column: null }]);
    expect((await list()).documents[0]?.documentId).toBe(documentId);
    await setAside.clear(documentId.toUpperCase().toLowerCase(), 1);
    expect(setAside.count).toBe(0);
  });
});
