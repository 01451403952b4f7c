import { describe, expect, it } from '@jest/globals';
import { readAbout, readReplication } from '../ask/read-answers.ts';
import { mergeCopies, type ModuleFacts } from './merge-state.ts';

const incoming = (more: object = {}) => ({
  owner: 'fleet',
  name: 'Cars',
  collection: 'Cars',
  state: 'Streaming',
  complete: true,
  behindMs: 0,
  lag: 0,
  position: 9,
  documentsApplied: 5,
  setAside: 1,
  reason: null,
  ...more,
});
const outgoing = (more: object = {}) => ({
  requester: 'HR',
  name: 'Cars',
  collection: 'Cars',
  state: 'Streaming',
  setAside: 2,
  position: 9,
  ...more,
});

function module(name: string, body: object | null, more: Partial<ModuleFacts> = {}): ModuleFacts {
  return {
    name,
    url: '',
    about: null,
    replication: body && readReplication({ incoming: [], outgoing: [], requests: [], ...body }),
    reachable: true,
    permitted: true,
    answering: true,
    why: null,
    seenAt: '2026-01-01T00:00:00.000Z',
    instances: 1,
    letters: 0,
    ...more,
  };
}

const merge = (...modules: ModuleFacts[]) => mergeCopies(modules, () => 7);

describe('a copy, as its owner and its requester see it', () => {
  it('is one, however its modules are spelled', () => {
    const copies = merge(
      module('Fleet', { outgoing: [outgoing()] }),
      module('HR', { incoming: [incoming()] }),
    );
    expect(copies).toEqual([
      expect.objectContaining({ id: 'Fleet/HR/Cars', state: 'Streaming', setAside: 3, rate: 7, stale: null }),
    ]);
  });

  it('is not known while its requester does not answer, and never live', () => {
    const away = module('HR', { incoming: [incoming()] }, { reachable: false, why: 'ECONNREFUSED' });
    expect(merge(module('Fleet', { outgoing: [outgoing()] }), away)).toEqual([
      expect.objectContaining({
        state: 'Unknown',
        rate: 0,
        behindMs: null,
        stale: '2026-01-01T00:00:00.000Z',
        reason: { code: 'requester-away', text: 'ECONNREFUSED' },
      }),
    ]);
    expect(merge(module('Fleet', { outgoing: [outgoing()] }))[0]).toMatchObject({
      state: 'Unknown',
      stale: null,
    });
  });

  it('has the reason that its owner is away, while everything known is here', () => {
    const away = module('Fleet', { outgoing: [outgoing()] }, { reachable: false, why: 'no answer in time' });
    expect(merge(away, module('HR', { incoming: [incoming()] }))[0]).toMatchObject({
      state: 'Waiting',
      // It may be ahead of what its requester has heard.
      behindMs: null,
      lag: null,
      reason: {
        code: 'owner-unreachable',
        owner: 'Fleet',
        text: expect.stringMatching(/^Fleet does not answer: no answer in time\. Check that it runs/),
      },
    });
  });

  it.each([
    [{ reason: { code: 'refused', text: '' } }, 'Refused'],
    [{ reason: { code: 'held-back', text: '' } }, 'Refused'],
    [{ reason: { code: 'given-up', text: '' } }, 'GivenUp'],
    [{ reason: { code: 'owner-unregistered', text: '' } }, 'Waiting'],
    [{ state: 'Streaming', complete: false }, 'Snapshotting'],
    [{ state: 'Faulted' }, 'Faulted'],
    [{ state: 'Dancing' }, 'Starting'],
  ])('with %j is %s', (more, state) => {
    expect(merge(module('HR', { incoming: [incoming(more)] }))[0]).toMatchObject({ state });
  });
});

describe('answers of modules', () => {
  it.each([null, 5, 'x', [], {}, { incoming: 'x' }, { incoming: {} }])('such as %j say nothing', (body) => {
    expect(readReplication(body)).toBeNull();
    expect(readAbout(body)).toBeNull();
  });

  it('are bounded, and what cannot be read is left out', () => {
    const many = Array.from({ length: 5_000 }, (_, at) =>
      incoming({ name: `T${at}`, lastError: 'x'.repeat(9_000) }),
    );
    const read = readReplication({
      incoming: [5, null, { owner: 1 }, ...many],
      outgoing: null,
      requests: [{}],
    });
    expect(read?.incoming.length).toBeLessThanOrEqual(2_000);
    expect(read?.incoming[0]?.in?.lastError).toHaveLength(2_000);
    expect(read?.outgoing).toEqual([]);
    expect(read?.requests).toEqual([]);
  });
});

it('200 modules with 557 copies are merged in the time of a blink', () => {
  const modules = Array.from({ length: 200 }, (_, at) =>
    module(`M${at}`, {
      incoming: Array.from({ length: 3 }, (_one, step) => incoming({ owner: `M${(at + step + 1) % 200}` })),
    }),
  );
  expect(merge(...modules)).toHaveLength(600);
});

it('A copy waits while its requester cannot say how it is, and is never as live as it was', () => {
  const why =
    'HR cannot check who asks. NATS (127.0.0.1:4222) cannot be reached: check that nats-server runs there.';
  const copyOf = (engine: string) =>
    mergeCopies([module('HR', { incoming: [incoming({ engine })] }, { answering: false, why })], () => 3)[0];
  expect(copyOf('stream')).toMatchObject({
    state: 'Waiting',
    rate: 0,
    reason: { code: 'waiting', text: why },
    stale: '2026-01-01T00:00:00.000Z',
  });
  expect(copyOf('etl')).toMatchObject({ state: 'Unknown', reason: { code: 'requester-away', text: why } });
});
