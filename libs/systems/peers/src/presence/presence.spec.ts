import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryLogger } from '@nestjs-spark/testing';
import type { Heartbeat } from './heartbeat.ts';
import { type HeldTag, Presence } from './presence.ts';

const BEAT: Heartbeat = {
  node: 'a',
  origin: 'abcd',
  state: 'ready',
  position: 5,
  clockOffsetMs: 0,
  at: 1,
  policies: {},
};

describe('The presence of a replica', () => {
  const bucket = new Map<string, string>();
  let stop = new AbortController();
  afterEach(() => {
    stop.abort();
    bucket.clear();
    stop = new AbortController();
  });

  /** Beats once. @returns how many times it has drawn another tag, and whom it has heard from */
  async function beatOf(node: string, tag: HeldTag): Promise<{ changed: number; heard: string[] }> {
    let changed = 0;
    const { promise: read, resolve } = Promise.withResolvers<void>();
    const presence = new Presence({
      service: 'notes',
      node,
      logger: new MemoryLogger(),
      values: {
        claim: async (key, holder) => bucket.get(key) ?? holder,
        put: async (key, text) => void bucket.set(key, text),
        read: async (keys) => {
          setImmediate(resolve);
          return new Map([...bucket].filter(([key]) => key.startsWith(keys.replace('*', ''))));
        },
      },
      beat: async () => ({ ...BEAT, node, origin: tag.origin }),
      tag: async () => tag,
      changeTag: async () => void changed++,
    });
    const running = presence.run(stop.signal);
    await read;
    stop.abort();
    await running;
    stop = new AbortController();
    return { changed, heard: presence.others.map((other) => other.node) };
  }

  it('keeps a tag that an earlier run of its file has claimed, or an earlier version', async () => {
    bucket.set('tags.notes.K3F9A', 'first');
    expect(await beatOf('a', { tag: 'K3F9A', origin: 'second', before: ['first'] })).toMatchObject({
      changed: 0,
    });
    expect(bucket.get('tags.notes.K3F9A')).toBe('second');
    bucket.set('tags.notes.K3F9A', 'a');
    expect(await beatOf('a', { tag: 'K3F9A', origin: 'third', before: [] })).toMatchObject({ changed: 0 });
  });

  it('leaves its tag to another file, also to one of the same name', async () => {
    await beatOf('a', { tag: 'K3F9A', origin: 'original', before: [] });
    expect(await beatOf('a', { tag: 'K3F9A', origin: 'copy', before: [] })).toMatchObject({ changed: 1 });
    expect(bucket.get('tags.notes.K3F9A')).toBe('original');
  });

  it('is only what each node says of itself', async () => {
    bucket.set('notes.b', JSON.stringify({ ...BEAT, node: 'b' }));
    bucket.set('notes.hostile', JSON.stringify({ ...BEAT, node: 'c' }));
    expect((await beatOf('a', { tag: 'K3F9A', origin: 'abcd', before: [] })).heard).toEqual(['b']);
  });
});
