import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { DataflowNodes, until } from '../support/dataflow-nodes.ts';

const TTL_MS = 2_000;

interface View {
  state: string;
  run: { node: string; epoch: number; phase: string; shard: number };
  progress: { written: number };
}

interface PipelineEvent {
  type: string;
  by: string;
  data: { totals: { written: number } };
}

describeWithServers(['nats'], 'pipelines on three nodes', () => {
  let nodes: DataflowNodes;

  beforeAll(async () => {
    nodes = await DataflowNodes.start(testServers().natsUrl, ['one', 'two', 'three'], TTL_MS);
  }, 240_000);
  afterAll(() => nodes.end());

  const read = <T>(node: string, path: string): Promise<T> => nodes.read<T>(node, path);
  const send = (node: string, method: string, path: string, body: object = {}, key?: string) =>
    nodes.send<View>(
      node,
      method,
      `/api/pipelines${path}`,
      body,
      key === undefined ? {} : { 'idempotency-key': key },
    );

  const numbers = (pipelineId: string) => ({
    pipelineId,
    name: 'Numbers',
    source: { type: 'generate', perSecond: 500 },
    sink: { type: 'file', path: pipelineId },
    batch: { maxRecords: 25 },
  });
  const idsOf = (pipelineId: string): number[] =>
    nodes.rows<{ id: number }>(pipelineId).map(({ id }) => Number(id));

  /** For each node a pipeline of its own that was never started. */
  async function waitingAtEach(): Promise<Map<string, string>> {
    const { shards } = await read<{ shards: { shard: number; node: string }[] }>('one', '/api/cluster');
    const found = new Map<string, string>();
    for (let n = 0; found.size < 3; n++) {
      const { view } = await send('one', 'POST', '', numbers(`waiting-${n}`));
      const owner = shards.find(({ shard }) => shard === view.run.shard)?.node ?? '';
      found.set(owner, `waiting-${n}`);
    }
    return found;
  }

  /** Sent again with its key for as long as nobody answers, as a client does. */
  async function insist(node: string, path: string, key: string) {
    let answer = await send(node, 'POST', path, {}, key);
    while (answer.status === 503) answer = await send(node, 'POST', path, {}, key);
    return answer;
  }

  /** Takes the owner away, and waits until another one writes. */
  async function afterLosing(
    pipelineId: string,
    away: NodeJS.Signals,
    meanwhile: (owner: string, other: string) => Promise<void> = async () => undefined,
  ) {
    await send('one', 'POST', '', numbers(pipelineId));
    const { view: started } = await send('two', 'POST', `/${pipelineId}/start`);
    const owner = started.run.node;
    const others = ['one', 'two', 'three'].filter((node) => node !== owner);
    const [other = ''] = others;
    await until(async () => idsOf(pipelineId).length > 200);
    nodes.child(owner).kill(away);
    const lostAt = performance.now();
    const done = meanwhile(owner, other);
    await until(async () => {
      const view = await read<View>(other, `/api/pipelines/${pipelineId}`);
      return view.run.node !== owner && view.run.phase === 'running';
    });
    const before = idsOf(pipelineId).length;
    await until(async () => idsOf(pipelineId).length > before);
    return { done, owner, other, lostAt, epoch: started.run.epoch };
  }

  async function stopped(pipelineId: string, node: string): Promise<number[]> {
    expect((await send(node, 'POST', `/${pipelineId}/stop`)).view.state).toBe('Stopped');
    return idsOf(pipelineId);
  }
  const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  it('take commands at any of them, and one that is sent twice with its key happens once', async () => {
    expect((await send('one', 'POST', '', numbers('anywhere'), 'k1')).status).toBe(201);
    const again = await send('three', 'POST', '', numbers('anywhere'), 'k1');
    expect([again.status, again.replayed]).toEqual([201, 'true']);
    for (const [node, move, state] of [
      ['two', 'start', 'Running'],
      ['three', 'pause', 'Paused'],
      ['one', 'resume', 'Running'],
      ['two', 'stop', 'Stopped'],
    ] as const) {
      expect((await send(node, 'POST', `/anywhere/${move}`)).view.state).toBe(state);
      expect((await read<View>(node, '/api/pipelines/anywhere')).state).toBe(state);
      if (move === 'start') await until(async () => idsOf('anywhere').length > 0);
    }
    // What happens to batches is known to each of them as well, and who it was.
    const histories = await Promise.all(
      ['one', 'two', 'three'].map((node) => read<PipelineEvent[]>(node, '/api/pipelines/anywhere/history')),
    );
    const [first = []] = histories;
    expect(histories).toEqual([first, first, first]);
    const processed = first.filter(({ type }) => type === 'BatchProcessed');
    expect(processed.at(-1)?.data.totals.written).toBe(idsOf('anywhere').length);
    expect(new Set(processed.map(({ by }) => by)).size).toBe(1);
  }, 60_000);

  it('go on elsewhere when their node sleeps, and when it wakes it changes nothing', async () => {
    const { owner, other, epoch } = await afterLosing('asleep', 'SIGSTOP');
    nodes.child(owner).kill('SIGCONT');
    const before = idsOf('asleep').length;
    await until(async () => idsOf('asleep').length > before + 500);
    // Awake it is the one that should own it, as before: by now it may have it back, in an epoch of its own.
    await until(async () => (await read<View>(owner, '/api/pipelines/asleep')).run.epoch > epoch);
    const ids = await stopped('asleep', other);
    expect(ids).toEqual(upTo(ids.length));
  }, 300_000);

  it('all continue elsewhere when their node is killed: each record is written once, and a command that was sent meanwhile is executed once', async () => {
    const others = ['killed-a', 'killed-b', 'killed-c', 'killed-d', 'killed-e', 'killed-f'];
    for (const pipelineId of others) {
      await send('one', 'POST', '', numbers(pipelineId));
      await send('two', 'POST', `/${pipelineId}/start`);
    }
    const waiting = await waitingAtEach();
    const { done, other, epoch, lostAt } = await afterLosing('killed', 'SIGKILL', async (owner, survivor) => {
      const id = waiting.get(owner) ?? '';
      expect(await insist(survivor, `/${id}/start`, 'dying')).toMatchObject({ status: 200 });
      expect((await insist(survivor, `/${id}/start`, 'dying')).replayed).toBe('true');
      const history = await read<PipelineEvent[]>(survivor, `/api/pipelines/${id}/history`);
      expect(history.filter(({ type }) => type === 'PipelineStarted')).toHaveLength(1);
      await send(survivor, 'POST', `/${id}/stop`);
    });
    const all = ['killed', ...others];
    await until(async () => {
      const views = await Promise.all(all.map((one) => read<View>(other, `/api/pipelines/${one}`)));
      return views.every(({ run: { phase, node } }) => phase === 'running' && nodes.isAlive(node));
    });
    const before = new Map(all.map((one) => [one, idsOf(one).length]));
    await until(async () => all.every((one) => idsOf(one).length > (before.get(one) ?? 0)));
    const tookMs = performance.now() - lostAt;
    await done;
    const view = await read<View>(other, '/api/pipelines/killed');
    expect(view.run.epoch).toBeGreaterThan(epoch);
    for (const pipelineId of all) {
      const ids = await stopped(pipelineId, other);
      expect(ids).toEqual(upTo(ids.length));
    }
    // Promised: 4 s with a TTL of 3 s; a busy machine may take three times as long.
    expect(tookMs).toBeLessThan(12_000);
  }, 300_000);

  it('move when a node leaves by itself, and nobody waits for its time to be over', async () => {
    const alive = nodes.names.filter((node) => nodes.isAlive(node));
    const [asked = ''] = alive;
    await send(asked, 'POST', '', numbers('moved'));
    const { view } = await send(asked, 'POST', '/moved/start');
    const owner = view.run.node;
    const other = alive.find((node) => node !== owner) ?? '';
    const child = nodes.child(owner);
    child.kill('SIGTERM');
    await once(child, 'exit');
    await until(async () => (await read<View>(other, '/api/pipelines/moved')).run.node !== owner);
    const before = idsOf('moved').length;
    await until(async () => idsOf('moved').length > before);
    const ids = await stopped('moved', other);
    expect(ids).toEqual(upTo(ids.length));
  }, 300_000);
});
