import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { heardFile, readHeard } from '../support/heard.ts';
import { type Member, PATIENCE_MS } from '../support/member.ts';
import { World } from '../support/world.ts';

const SQLITE = { owner: 'sqlite', requester: 'sqlite' } as const;
/** Two kills take a minute. */
const long = process.env['SPARK_TEST_LONG_FAULTS'] === '1';
const WAIT = { timeoutMs: PATIENCE_MS };

const copies = {
  sourceModule: 'Notes',
  sourceCollection: 'Notes',
  etlScript: 'loadToNotes({ Title: this.Title });',
};

describeWithServers(['nats'], 'A module that copies from a set of replicas', () => {
  let world: World;
  let a: Member;
  let b: Member;
  let hr: Member;
  let heard: string;

  const write = async (node: Member, method: string, id: string, title?: string) => {
    const body = title === undefined ? {} : { body: { title } };
    await node.demand(`/notes/${id}`, { method, ...body });
  };
  const seenBy = async (node: Member) => {
    const { body } = await node.demand<{ id: string; title: string }[]>('/notes?take=100');
    return body.map(({ id, title }) => `${id} ${title}`).toSorted();
  };
  const copied = async () => {
    const documents = await hr.database.documents('Notes');
    return [...documents]
      .map(([id, { Title }]) => `${id.split('/').slice(-2).join('/')} ${String(Title)}`)
      .toSorted();
  };
  const copiedFrom = (node: Member) =>
    eventually(async () => {
      const expected = await seenBy(node);
      expect(await copied()).toEqual(expected);
      return expected;
    }, WAIT);

  beforeAll(async () => {
    world = await World.create('peers-copied', SQLITE);
    const service = `notes-${randomBytes(3).toString('hex')}`;
    const node = (name: string) =>
      world.program('Notes', 'peers-owner/main.ts', {
        SPARK_PEERS_SERVICE: service,
        SPARK_PEERS_NODE: name,
      });
    [a, b] = [await node('a'), await node('b')];
    heard = heardFile();
    hr = await world.module('HR', { replicated: [copies], heard });
    await a.startReady();
    // The last one that starts is the one that is registered, and which is asked for copies.
    await b.startReady();
    await hr.startReady();
  });
  afterAll(async () => {
    await world?.end();
    if (heard) await rm(heard, { force: true });
  });

  it('gets what any of them wrote, each document once, and deletes', async () => {
    await write(a, 'PUT', 'notes/1', 'by a');
    await write(b, 'PUT', 'notes/2', 'by b');
    await write(a, 'PUT', 'notes/3', 'deleted later');
    expect(await copiedFrom(a)).toHaveLength(3);
    await write(b, 'DELETE', 'notes/3');
    await eventually(async () => expect(await seenBy(a)).toHaveLength(2), WAIT);
    expect(await copiedFrom(a)).toHaveLength(2);
  });

  it.each(long ? ['b', 'a'] : ['b'])(
    'gets everything when %s is killed, also what is deleted meanwhile',
    async (name) => {
      const [killed, other] = name === 'a' ? [a, b] : [b, a];
      await write(other, 'PUT', `notes/before-${name}`, 'before');
      await write(other, 'PUT', `notes/gone-${name}`, 'to be deleted');
      await copiedFrom(other);
      await killed.process.kill9();
      await write(other, 'PUT', `notes/while-${name}`, 'while it is away');
      await write(other, 'DELETE', `notes/gone-${name}`);
      await copiedFrom(other);
      await killed.startReady();
      await write(killed, 'PUT', `notes/after-${name}`, 'back again');
      await write(killed, 'DELETE', `notes/before-${name}`);
      await eventually(async () => expect(await seenBy(other)).toEqual(await seenBy(killed)), WAIT);
      await copiedFrom(other);
    },
  );

  it('is told of no change twice, whichever node has captured it', async () => {
    const there = (await copied()).map((text) => text.split(' ')[0]);
    await eventually(() => {
      const arrivals = readHeard(heard);
      const names = arrivals.map(({ kind, id }) => `${kind} ${id}`);
      expect(new Set(names).size).toBe(names.length);
      for (const id of there) expect(names).toContain(`arrived ${id}`);
      expect(names).toContain('gone notes/3');
      return true;
    }, WAIT);
  });
});
