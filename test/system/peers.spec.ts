import { jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import type { App } from '../../tools/apps/app.ts';
import { Cable } from '../../tools/peers/cable.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { ask, demand } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';

jest.setTimeout(5 * PATIENCE_MS);

const OPERATOR_TOKEN = randomBytes(16).toString('hex');
const WAIT = { timeoutMs: PATIENCE_MS };

interface Note {
  id: string;
  title: string;
}

interface Health {
  details: { peers: { log: string; reason: string | null } };
}

const put = (node: App, id: string, title: string) =>
  demand<Note>(`${node.url}/notes/${id}`, { method: 'PUT', body: { title } });

const create = async (node: App, title: string) =>
  (await demand<Note>(`${node.url}/notes`, { method: 'POST', body: { title } })).body;

/** Every note with its version, as a node answers them. */
async function seenAt({ url }: App): Promise<string[]> {
  const { body } = await demand<Note[]>(`${url}/notes?take=100`);
  const notes = await Promise.all(body.map(({ id }) => demand<Note>(`${url}/notes/${id}`)));
  return notes.map(({ headers, body: note }) => `${JSON.stringify(note)} ${headers.get('etag')}`);
}

async function logOf({ url }: App): Promise<string> {
  const { body } = await ask<Health>(`${url}/health/ready`);
  return body.details.peers.log;
}

describeWithServers(['nats'], 'Replicas of one service', () => {
  let folder: string;
  let nats: ServerHandle;
  let cable: Cable;
  let nodes: App[];
  const service = `notes-${randomBytes(3).toString('hex')}`;

  const start = (natsUrls: Record<string, string>, env: Record<string, string> = {}) => {
    const ofEach = Object.fromEntries(Object.keys(natsUrls).map((name) => [name, env]));
    return startNodes({
      service,
      folder,
      operatorToken: OPERATOR_TOKEN,
      natsUrls,
      anyPorts: true,
      env: ofEach,
    });
  };
  const ready = (node: App) =>
    eventually(async () => (await ask(`${node.url}/health/ready`)).status === 200, WAIT);
  const named = (name: string): App => {
    const node = nodes.find((one) => one.name === name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  };
  const equal = () =>
    eventually(async () => {
      const [first, ...rest] = await Promise.all(nodes.map(seenAt));
      for (const other of rest) expect(other).toEqual(first);
      return first ?? [];
    }, WAIT);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-peers-'));
    nats = await startNats({ temporary: true, log: () => undefined });
    cable = await Cable.to(nats.url);
    nodes = await start({ a: nats.url, b: nats.url, c: cable.url });
    await Promise.all(nodes.map(ready));
  });
  afterAll(async () => {
    await Promise.all((nodes ?? []).map((node) => node.process.kill9()));
    cable?.close();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('show the same everywhere, at the same versions, whichever of them was written to', async () => {
    for (const node of nodes) await create(node, `written on ${node.name}`);
    await eventually(async () => expect(await seenAt(named('a'))).toHaveLength(3), WAIT);
    expect(await equal()).toHaveLength(3);
  });

  it('refuse a write that expects an older version, wherever that was read', async () => {
    const { id } = await create(named('a'), 'milk');
    await equal();
    const before = (await demand(`${named('a').url}/notes/${id}`)).headers.get('etag') ?? '';
    await put(named('b'), id, 'bread');
    await equal();
    const change = { method: 'PUT', body: { title: 'butter' }, headers: { 'if-match': before } };
    expect((await ask(`${named('c').url}/notes/${id}`, change)).status).toBe(412);
  });

  it('go on on both sides of a cut network, are equal when it is back, and name what lost', async () => {
    const { id } = await create(named('a'), 'shopping');
    const gone = await create(named('a'), 'deleted on one side');
    await equal();
    cable.pull();
    await eventually(async () => (await logOf(named('c'))) === 'away', WAIT);
    await put(named('a'), id, 'by a');
    await put(named('c'), id, 'by c');
    await demand(`${named('b').url}/notes/${gone.id}`, { method: 'DELETE' });
    expect((await ask(`${named('c').url}/health/ready`)).status).toBe(200);
    cable.putBack();
    await eventually(async () => (await logOf(named('c'))) === 'connected', WAIT);
    for (const node of nodes) {
      const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
      const titles = expect.arrayContaining([
        expect.objectContaining({ node: 'a', data: { Title: 'by a' } }),
        expect.objectContaining({ node: 'c', data: { Title: 'by c' } }),
      ]);
      const conflict = expect.objectContaining({ recordId: id, heads: titles });
      await eventually(async () => {
        const { body } = await demand(`${node.url}/spark/peers/Notes/conflicts`, { headers });
        expect(body).toEqual({ items: expect.arrayContaining([conflict]) });
      }, WAIT);
    }
    const notes = (await equal()).join();
    // Which is later is for the clocks to say, and they may be set between the two.
    expect(notes.match(/by [ac]/g)).toHaveLength(1);
    expect(notes).not.toContain(gone.id);
  });

  it('lose nothing that was acknowledged when a node is killed before it could publish', async () => {
    cable.pull();
    await eventually(async () => (await logOf(named('c'))) === 'away', WAIT);
    const note = await create(named('c'), 'acknowledged, then killed');
    await named('c').process.kill9();
    cable.putBack();
    named('c').process.start();
    await ready(named('c'));
    await eventually(async () => expect((await seenAt(named('a'))).join()).toContain(note.id), WAIT);
    await equal();
  });

  it('serve nothing on an empty node until it has all that the others had', async () => {
    const before = await seenAt(named('a'));
    // From here on the log has too little for an empty node: it needs the snapshot.
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const { body } = await demand<{ cut: number }>(`${named('b').url}/spark/peers/snapshot`, {
      method: 'POST',
      headers,
    });
    expect(body.cut).toBeGreaterThan(before.length);
    const [added] = await start({ d: cable.url }, { NOTES_NOTE_FIELDS: 'new' });
    if (!added) throw new Error('no node was started');
    nodes.push(added);
    const first = await eventually(async () => {
      const answer = await ask<Note[]>(`${added.url}/notes?take=100`);
      expect([200, 503]).toContain(answer.status);
      if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('1');
      return answer.status === 200 && answer.body;
    }, WAIT);
    expect(first).toHaveLength(before.length);
    expect(await equal()).toEqual(before);
    const { body: status } = await demand(`${added.url}/spark/peers`, { headers });
    expect(status).toMatchObject({ state: 'ready', log: { snapshot: body.cut } });
    const { body: health } = await ask(`${added.url}/health/ready`);
    const Notes = expect.objectContaining({ state: 'ready', behind: 0 });
    expect(health).toMatchObject({ details: { peers: { entities: { Notes } } } });
    expect(await (await fetch(`${added.url}/metrics`)).text()).toContain('spark_peers_ready 1');
  });

  it('keep a field that only a newer node knows, when others patch the document', async () => {
    const { id } = await create(named('d'), 'by the next version');
    const change = (node: App, body: object) => demand(`${node.url}/notes/${id}`, { method: 'PATCH', body });
    await change(named('d'), { color: 'green' });
    await equal();
    expect(
      (await ask(`${named('a').url}/notes/${id}`, { method: 'PATCH', body: { color: 'red' } })).status,
    ).toBe(400);
    await change(named('a'), { text: 'by this one' });
    await equal();
    const { body } = await demand(`${named('d').url}/notes/${id}`);
    expect(body).toEqual({ id, title: 'by the next version', color: 'green', text: 'by this one' });
  });
});
