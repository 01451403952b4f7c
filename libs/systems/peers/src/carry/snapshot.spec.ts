import { describe, expect, it } from '@jest/globals';
import { pack } from '@nestjs-spark/contracts/internal';
import { ONE_EVENT } from '../../testing/one-event.ts';
import {
  decodeManifest,
  decodePart,
  encodeManifest,
  encodePart,
  linesOf,
  manifestsIn,
  snapshotFolder,
  type Manifest,
} from './snapshot.ts';

const MANIFEST: Manifest = {
  created: '2026-01-01T00:00:00Z',
  node: 'a',
  cut: 9,
  parts: 2,
  origins: [{ origin: 'abcd', number: 1, tail: 1, node: 'a', lastSays: null, ack: 0, closed: null }],
};

describe('The manifest of a snapshot', () => {
  it('comes back as it was written', () => {
    expect(decodeManifest(encodeManifest(MANIFEST))).toEqual(MANIFEST);
    const later = { ...MANIFEST, horizon: 5, digests: ['one', 'two'] };
    expect(decodeManifest(encodeManifest(later))).toEqual(later);
  });

  it.each<[string, Uint8Array | null]>([
    ['nothing', null],
    ['no text', Buffer.from([0xff])],
    ['no JSON', Buffer.from('{')],
    ['a list', Buffer.from('[]')],
    ['of another format', Buffer.from(JSON.stringify({ ...MANIFEST, format: 2 }))],
    ...Object.keys(MANIFEST).map((name): [string, Uint8Array] => [
      `without ${name}`,
      encodeManifest({ ...MANIFEST, [name]: undefined }),
    ]),
    ['with an odd origin', encodeManifest({ ...MANIFEST, origins: [{}] as unknown as Manifest['origins'] })],
  ])('is none when it is %s', (_, bytes) => {
    expect(decodeManifest(bytes)).toBeNull();
  });

  it('is looked for where it reaches furthest first', () => {
    const names = [1, 10, 9].map((cut) => `${snapshotFolder({ cut, node: 'a' })}/manifest`);
    expect(manifestsIn([...names, 'snapshot/11/a/1']).map(({ cut }) => cut)).toEqual([10, 9, 1]);
  });
});

describe('A part of a snapshot', () => {
  it('comes back as it was written, also where it is empty', async () => {
    expect(await decodePart(await encodePart(linesOf([ONE_EVENT])))).toEqual([ONE_EVENT]);
    expect(await decodePart(await encodePart([]))).toEqual([]);
  });

  it.each([
    ['nothing', null],
    ['not packed', Buffer.from('nonsense')],
    ['not a text', 'ff'],
    ['not an event', '{"number":1}'],
    ['no JSON', '{'],
  ])('is none when it is %s', async (_, given) => {
    const bytes =
      typeof given === 'string' ? await pack(Buffer.from(given === 'ff' ? [0xff] : given)) : given;
    expect(await decodePart(bytes as Uint8Array | null)).toBeNull();
  });
});
