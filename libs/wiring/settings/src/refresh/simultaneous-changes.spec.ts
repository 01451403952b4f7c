import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError, type MessageVerifier, type SignedBytes } from '@nestjs-spark/contracts/internal';
import { LiveSettings, toNumber, type Guard, type Setting } from '@nestjs-spark/foundation/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryKeys, MemoryLogger, MemorySettings, MemoryState } from '@nestjs-spark/testing';
import { documentOf, sealDocument } from '../keep/seal-document.ts';
import type { SettingsDocument } from '../keep/settings-document.ts';
import { CentralSettings } from './central-settings.ts';
import { LastKnown } from './last-known.ts';

const isWhole: Guard<number> = (value): value is number => Number.isSafeInteger(value);
const size: Setting<number> = {
  variable: 'SPARK_SIZE',
  rule: 'has to be whole',
  parse: toNumber,
  fits: isWhole,
  fallback: 10,
};
const SCHEMA = { size, other: { ...size, variable: 'SPARK_OTHER', fallback: 20 } };

/** The document with these versions, the first of which is version 1. */
const documentWith = (...values: Record<string, unknown>[]): SettingsDocument => ({
  versions: values.map((one, at) => ({
    version: at + 1,
    at: '2026-01-01T00:00:00.000Z',
    values: one,
    takenFrom: null,
  })),
});
const setting = (values: Record<string, unknown>): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(values));

/** Says what is asked of it, and can lose answers. */
class ObservedSettings extends MemorySettings {
  woken = 0;
  /** Called before each write. */
  onWrite: () => void = () => undefined;
  /** What happens to the next write when its answer is lost. */
  lose: 'answer' | 'request' | null = null;

  override async changed(revision: string, signal: AbortSignal): Promise<void> {
    await super.changed(revision, signal);
    this.woken += 1;
  }

  override async write(text: string, revision: string): Promise<string> {
    this.onWrite();
    const lost = this.lose;
    this.lose = null;
    const written = lost === 'request' ? revision : await super.write(text, revision);
    if (lost === null) return written;
    throw new UnavailableError('The settings did not answer');
  }
}

describe('Central settings that several change at once', () => {
  const keys = new MemoryKeys();
  const signer = keys.signerOf('Fleet');
  const seal = (document: SettingsDocument): string => sealDocument(document, 'Fleet', signer);
  let store: ObservedSettings;
  let state: MemoryState;
  let ending: AbortController;
  let running: Promise<void>;

  beforeEach(() => {
    store = new ObservedSettings();
    state = new MemoryState();
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await running;
  });

  const start = (verifier: MessageVerifier = keys) => {
    const live = new LiveSettings(SCHEMA, { options: {}, environment: {} });
    const central = new CentralSettings({
      module: 'Fleet',
      live,
      store,
      state,
      signer,
      verifier,
      log: new MemoryLogger(),
    });
    running = central.run(ending.signal);
    return { live, central };
  };
  /** A verifier whose `held`-th answer waits for `mayJudge`. */
  const holding = (held: number) => {
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    const verify = async (signed: SignedBytes) => {
      asked += 1;
      if (asked === held) {
        begun.resolve();
        await released.promise;
      }
      return keys.verify(signed);
    };
    const verifier: MessageVerifier = { signs: (module) => keys.signs(module), verify };
    return { verifier, judging: begun.promise, mayJudge: () => released.resolve() };
  };
  const stored = async (): Promise<SettingsDocument | null> => documentOf((await store.read()).text ?? '');

  it('keep a version that arrives between what a change has read and what it writes', async () => {
    const { verifier, mayJudge } = holding(2);
    const { central, live } = start(verifier);
    await eventually(() => expect(central.condition.state).toBe('current'));
    store.onWrite = mayJudge;
    state.beforeWrite = async () => {
      const before = store.woken;
      store.put(seal(documentWith({ size: 1 }, { size: 1, other: 2 })));
      await eventually(() => expect(store.woken).toBeGreaterThan(before));
      await setImmediate();
    };
    store.put(seal(documentWith({ size: 1 })));
    expect(await central.change(setting({ size: 3 }))).toMatchObject({ version: 3 });
    expect((await stored())?.versions.map(({ values }) => values)).toEqual([
      { size: 1 },
      { size: 1, other: 2 },
      { size: 3, other: 2 },
    ]);
    expect([live.get('size'), live.get('other')]).toEqual([3, 2]);
  });

  it('are not refused for good because a newer version was written while an earlier one was judged', async () => {
    const { verifier, judging, mayJudge } = holding(1);
    const { central } = start(verifier);
    await eventually(() => expect(central.condition.state).toBe('current'));
    store.put(seal(documentWith({ size: 1 })));
    await judging;
    const change = central.change(setting({ size: 2 }));
    await setImmediate();
    mayJudge();
    await change;
    await setImmediate();
    expect(central.condition).toEqual({ state: 'current' });
    expect(central.refusals).toBe(0);
  });

  it('are set where the store has written and only its answer was lost', async () => {
    const { central, live } = start();
    store.lose = 'answer';
    expect(await central.change(setting({ size: 5 }))).toMatchObject({ version: 1 });
    expect(live.get('size')).toBe(5);
    expect(central.condition).toEqual({ state: 'current' });
  });

  it('are not called unchanged where nobody knows whether the store has written', async () => {
    const { central, live } = start();
    store.lose = 'request';
    await expect(central.change(setting({ size: 5 }))).rejects.toThrow(
      'it is not known whether it has stored version 1',
    );
    expect(live.get('size')).toBe(10);
  });

  it('undo nobody else’s change when the latest one is rolled back', async () => {
    const { central } = start();
    for (const value of [1, 2]) await central.change(setting({ size: value }));
    const known = await stored();
    store.onWrite = () => {
      store.onWrite = () => undefined;
      const added = { version: 3, at: '', values: { size: 2, other: 7 }, takenFrom: null };
      store.put(seal({ versions: [...(known?.versions ?? []), added] }));
    };
    await expect(central.rollBack(null)).rejects.toThrow('Somebody else has set version 3');
    expect(central.current?.values).toEqual({ size: 2, other: 7 });
    expect(await central.rollBack(1)).toMatchObject({ version: 4, takenFrom: 1 });
  });

  it('are remembered in their newest version, whichever instance writes last', async () => {
    running = Promise.resolve();
    const lastKnown = new LastKnown(state);
    const [older, newer] = [documentWith({ size: 1 }), documentWith({ size: 1 }, { size: 2 })];
    state.beforeWrite = () => lastKnown.write(seal(older), older);
    await lastKnown.write(seal(newer), newer);
    await lastKnown.write(seal(older), older);
    expect(await lastKnown.read()).toBe(seal(newer));
  });
});
