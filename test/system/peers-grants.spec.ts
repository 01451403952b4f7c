import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import type { App } from '../../tools/apps/app.ts';
import { startNodes } from '../../tools/peers/nodes.ts';
import { ask, demand } from '../support/http.ts';
import { PATIENCE_MS } from '../support/member.ts';
import { NatsWithUsers } from '../support/nats-with-users.ts';

jest.setTimeout(3 * PATIENCE_MS);

const MEMBERS = ['--peers', 'notes:a,b', '--module', 'Sales'];
const OPERATOR_TOKEN = randomBytes(16).toString('hex');
const OPERATOR = { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } };
const WAIT = { timeoutMs: PATIENCE_MS };

describeWithOwnServers(['nats'], 'What replicas are permitted on NATS', () => {
  let nats: NatsWithUsers;
  let nodes: App[] = [];
  let sales: JetStreamConnection;

  beforeAll(async () => {
    nats = await NatsWithUsers.start(MEMBERS);
    expect(nats.provisioned).toMatch(/SPARK_PEERS_NOTES: created/);
    nodes = await startNodes({
      service: 'notes',
      folder: nats.folder,
      operatorToken: OPERATOR_TOKEN,
      natsUrls: { a: nats.url, b: nats.url },
      anyPorts: true,
      env: {
        a: await nats.environmentOf('notes-a'),
        b: await nats.environmentOf('notes-b'),
      },
    });
    sales = await nats.connect('Sales');
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.process.kill9()));
    await nats?.stop();
  });

  it('includes everything that replicas do', async () => {
    const [a, b] = nodes;
    if (!a || !b) throw new Error('no nodes were started');
    for (const { url } of [a, b])
      await eventually(async () => expect((await ask(`${url}/health/ready`)).status).toBe(200), WAIT);
    const made = await demand<{ id: string }>(`${a.url}/notes`, { method: 'POST', body: { title: 'milk' } });
    await eventually(async () => demand(`${b.url}/notes/${made.body.id}`), WAIT);
    await eventually(async () => demand(`${a.url}/spark/peers/Notes/drift?with=b`, OPERATOR), WAIT);
    await demand(`${b.url}/spark/peers/snapshot`, { method: 'POST', body: {}, ...OPERATOR });
    await eventually(async () => {
      const { body } = await demand<{ members: { node: string; state: string }[] }>(
        `${a.url}/spark/peers`,
        OPERATOR,
      );
      expect(body.members.map(({ node, state }) => `${node} ${state}`)).toEqual(['a ready', 'b ready']);
    }, WAIT);
    for (const { url } of [a, b]) expect((await ask(`${url}/health/ready`)).status).toBe(200);
  });

  it.each([
    ['writes to the log', 'spark.peers.notes.origin'],
    ['says that a node is there', '$KV.SPARK_PEERS.notes.a'],
    ['asks nodes for documents', 'spark.requests.peers.notes.read'],
    ['replaces a snapshot', '$O.SPARK_PEERS_NOTES.C.one'],
    ['reads the log', '$JS.API.STREAM.MSG.GET.SPARK_PEERS_NOTES'],
  ])('does not include that another module %s', async (_what, subject) => {
    const request = sales.use(({ nc }) => nc.request(subject, '{}', { timeout: 5_000 }));
    await expect(request).rejects.toThrow(`publish to ${subject}`);
  });
});
