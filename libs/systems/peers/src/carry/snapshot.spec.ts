import { describe, expect, it } from '@jest/globals';
import { pack } from '@nestjs-spark/contracts/internal';
import { ONE_EVENT } from '../../testing/one-event.ts';
import {
  decodeManifest,
  DamagedPartError,
  encodeManifest,
  encodePart,
  eventsOf,
  linesOf,
  manifestsIn,
  snapshotFolder,
  type Manifest,
  unpackPart,
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

const readPart = async (bytes: Uint8Array | null) => [...eventsOf(await unpackPart('snapshot/9/a/0', bytes))];

describe('A part of a snapshot', () => {
  it('comes back as it was written, also where it is empty', async () => {
    const other = { ...ONE_EVENT, recordId: 'notes/line\nbreak' };
    const lines = [linesOf([ONE_EVENT, other]), linesOf([]), linesOf([ONE_EVENT])];
    expect(await readPart(await encodePart(lines))).toEqual([ONE_EVENT, other, ONE_EVENT]);
    expect(await readPart(await encodePart([]))).toEqual([]);
  });

  it('comes back as earlier versions have written it, without a line break at its end', async () => {
    const line = JSON.stringify(ONE_EVENT);
    expect(await readPart(await pack(Buffer.from(`${line}\n${line}`)))).toEqual([ONE_EVENT, ONE_EVENT]);
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
    const reading = readPart(bytes as Uint8Array | null);
    await expect(reading).rejects.toThrow('snapshot/9/a/0 of the latest snapshot is gone or damaged');
    await expect(reading).rejects.toThrow(DamagedPartError);
  });
});
