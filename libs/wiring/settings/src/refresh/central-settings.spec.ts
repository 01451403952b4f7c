import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MessageSigner, StateStore } from '@nestjs-spark/contracts/internal';
import { LiveSettings, toNumber, type Guard, type Setting } from '@nestjs-spark/foundation/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryKeys, MemoryLogger, MemorySettings, MemoryState } from '@nestjs-spark/testing';
import { sealDocument } from '../keep/seal-document.ts';
import type { SettingsDocument } from '../keep/settings-document.ts';
import { CentralSettings } from './central-settings.ts';

const isSmall: Guard<number> = (value): value is number => Number.isSafeInteger(value) && Number(value) < 100;
const size: Setting<number> = {
  variable: 'SPARK_SIZE',
  rule: 'has to be small',
  parse: toNumber,
  fits: isSmall,
  fallback: 10,
};
const SCHEMA = { size, other: { ...size, variable: 'SPARK_OTHER', fallback: 20 } };

const documentOf = (version: number, values: Record<string, unknown>): SettingsDocument => ({
  versions: [{ version, at: '2026-01-01T00:00:00.000Z', values, takenFrom: null }],
});
const setting = (values: Record<string, unknown>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(values));

describe('The central settings of a module', () => {
  let store: MemorySettings;
  let keys: MemoryKeys;
  let log: MemoryLogger;
  let ending: AbortController;
  let running: Promise<void>[];

  beforeEach(() => {
    store = new MemorySettings();
    keys = new MemoryKeys();
    log = new MemoryLogger();
    ending = new AbortController();
    running = [];
  });
  afterEach(async () => {
    ending.abort();
    await Promise.all(running);
  });

  interface Wishes {
    environment?: Record<string, string>;
    state?: StateStore;
    signer?: MessageSigner;
  }
  /** One instance, and what its application reads. */
  const start = ({ environment = {}, state = new MemoryState(), signer }: Wishes = {}) => {
    const live = new LiveSettings(SCHEMA, { options: {}, environment });
    const parts = { module: 'Fleet', live, store, state, verifier: keys, log };
    const central = new CentralSettings({ ...parts, signer: signer ?? keys.signerOf('Fleet') });
    running.push(central.run(ending.signal));
    return { live, central };
  };
  const restart = async (): Promise<void> => {
    ending.abort();
    await Promise.all(running);
    ending = new AbortController();
    running = [];
  };
  const put = (document: SettingsDocument, signer = keys.signerOf('Fleet'), module = 'Fleet') =>
    store.put(sealDocument(document, module, signer));
  const refused = async (central: CentralSettings, why: RegExp): Promise<void> => {
    const reason = expect.stringMatching(why);
    await eventually(() => expect(central.condition).toEqual({ state: 'refused', reason }));
  };

  it('reach every instance, and whoever listens there', async () => {
    const one = start();
    const other = start();
    const heard: number[] = [];
    other.live.onChange('size', (value) => heard.push(value));
    await one.central.change(setting({ size: 5 }));
    expect(one.live.get('size')).toBe(5);
    await eventually(() => expect(heard).toEqual([5]));
    expect(other.live.origin('size')).toBe('central');
    expect(log.said().join()).toContain('size is 5 now and was 10 (settings version 1)');
  });

  it('keep what was set before when another one is set, and give one back to its default', async () => {
    const { central, live } = start();
    await central.change(setting({ size: 5, other: 6 }));
    await central.change(setting({ size: undefined }));
    expect([live.get('size'), live.get('other')]).toEqual([10, 6]);
  });

  it('never beat a variable of the environment', async () => {
    const { central, live } = start({ environment: { SPARK_SIZE: '7' } });
    await central.change(setting({ size: 5 }));
    expect(live.get('size')).toBe(7);
    expect(live.origin('size')).toBe('environment');
  });

  it('go back to an earlier version as a new one, which can be undone in turn', async () => {
    const { central, live } = start();
    for (const value of [1, 2, 3]) await central.change(setting({ size: value }));
    expect(await central.rollBack(null)).toMatchObject({ version: 4, takenFrom: 2 });
    expect(live.get('size')).toBe(2);
    await central.rollBack(1);
    expect(live.get('size')).toBe(1);
    expect(central.history.map(({ version }) => version)).toEqual([5, 4, 3, 2, 1]);
    await expect(central.rollBack(77)).rejects.toThrow('no version 77');
  });

  it('cannot go back before the first version, which says how to remove a value instead', async () => {
    const { central } = start();
    await expect(central.rollBack(null)).rejects.toThrow('Nothing was set yet');
    await central.change(setting({ size: 1 }));
    await expect(central.rollBack(null)).rejects.toThrow(
      /Version 1 of the settings is the first.*config set NAME=$/,
    );
    await expect(central.rollBack(77)).rejects.toThrow('no version 77');
  });

  it('are all kept when two instances change them in the same moment', async () => {
    const one = start();
    const other = start();
    await Promise.all([
      one.central.change(setting({ size: 1 })),
      other.central.change(setting({ other: 2 })),
    ]);
    await eventually(() => {
      for (const { live } of [one, other]) expect([live.get('size'), live.get('other')]).toEqual([1, 2]);
    });
  });

  const hostile: [string, RegExp, (signer: MessageSigner) => string][] = [
    ['that is not a document', /no module/, () => 'nonsense'],
    ['with an empty history', /no module/, (signer) => sealDocument({ versions: [] }, 'Fleet', signer)],
    ['that is too long', /no module/, () => `{"headers":{},"payload":"${'x'.repeat(300_000)}"}`],
    [
      'that is not signed',
      /not signed/,
      () => JSON.stringify({ headers: {}, payload: JSON.stringify(documentOf(9, { size: 1 })) }),
    ],
    [
      'that was signed for another module',
      /not signed by Fleet/,
      (signer) => sealDocument(documentOf(9, { size: 1 }), 'HR', signer),
    ],
    [
      'that was changed after it was signed',
      /changed since/,
      (signer) => sealDocument(documentOf(9, { size: 1 }), 'Fleet', signer).replace(':1', ':2'),
    ],
  ];
  it.each(hostile)('stay as they are when somebody writes one %s', async (_what, why, write) => {
    const { central, live } = start();
    await central.change(setting({ size: 5 }));
    store.put(write(keys.signerOf('Fleet')));
    await refused(central, why);
    expect(live.get('size')).toBe(5);
    await central.change(setting({ other: 6 }));
    expect(central.condition.state).toBe('current');
    expect([live.get('size'), live.get('other')]).toEqual([5, 6]);
  });

  it('stay as they are when a stranger signs them, when an old one comes back, and when they are removed', async () => {
    const { central, live } = start();
    await central.change(setting({ size: 5 }));
    const { text: old } = await store.read();
    await central.change(setting({ size: 6 }));
    put(documentOf(9, { size: 1 }), keys.stranger());
    await refused(central, /none of Fleet's/);
    store.put(old);
    await refused(central, /version 1, which is older/);
    store.put(null);
    await refused(central, /removed there/);
    expect(live.get('size')).toBe(6);
    expect(central.refusals).toBe(3);
  });

  it('hold after a start without the store, and follow it once it is back', async () => {
    const state = new MemoryState();
    await start({ state }).central.change(setting({ size: 5 }));
    await restart();
    store.away = true;
    const { live, central } = start({ state });
    await eventually(() => expect(central.condition.state).toBe('away'));
    expect(live.get('size')).toBe(5);
    await expect(central.change(setting({ size: 6 }))).rejects.toThrow('cannot be reached');
    expect(live.get('size')).toBe(5);
    store.away = false;
    await eventually(() => expect(central.condition.state).toBe('current'));
    await central.change(setting({ size: 6 }));
    expect(live.get('size')).toBe(6);
  });

  it('are known after a start only when the database has said which were used last', async () => {
    const state = new MemoryState();
    await start({ state }).central.change(setting({ size: 5 }));
    await restart();
    state.away = true;
    const { live, central } = start({ state });
    let isKnown = false;
    const known = central.whenKnown().then(() => (isKnown = true));
    await setImmediate();
    expect([isKnown, live.get('size')]).toEqual([false, 10]);
    state.away = false;
    await known;
    expect(live.get('size')).toBe(5);
  });

  it('are not the older ones of a backup from which the store was restored while the module was away', async () => {
    const state = new MemoryState();
    const { central } = start({ state });
    await central.change(setting({ size: 5 }));
    const { text: old } = await store.read();
    await central.change(setting({ size: 6 }));
    await restart();
    store.put(old);
    const after = start({ state });
    await refused(after.central, /older/);
    expect(after.live.get('size')).toBe(6);
  });

  it('are signed again when the module has another key', async () => {
    const state = new MemoryState();
    await start({ state }).central.change(setting({ size: 5 }));
    await restart();
    const next = new MemoryKeys().signerOf('Fleet');
    const { central, live } = start({ state, signer: next });
    await eventually(async () => expect((await store.read()).text).toContain(next.keyId));
    expect(central.condition.state).toBe('current');
    expect(live.get('size')).toBe(5);
  });

  it('are used as far as this version knows them and can use them', async () => {
    const { central, live } = start();
    await central.change(setting({ size: 5 }));
    put(documentOf(7, { size: 'many', other: 6, ofALaterVersion: true }));
    await eventually(() => expect(live.get('other')).toBe(6));
    expect(live.get('size')).toBe(5);
    expect(log.said().join()).toContain('size of settings version 7 cannot be used here, and stays 5');
    await central.change(setting({ other: 7 }));
    expect(central.current?.values).toMatchObject({ ofALaterVersion: true });
  });
});
