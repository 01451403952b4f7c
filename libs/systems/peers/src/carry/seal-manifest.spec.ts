import { describe, expect, it } from '@jest/globals';
import { writerOf } from '../../testing/replica-file.ts';
import { drawOrigin } from './origin.ts';
import { readManifest, sealManifest } from './seal-manifest.ts';
import { encodeManifest, type Manifest } from './snapshot.ts';

const NAME = 'snapshot/9/a/manifest';
const EARLIER: Manifest = { created: 'today', node: 'a', cut: 9, parts: 1, origins: [] };
const MANIFEST: Manifest = { ...EARLIER, horizon: 3, digests: ['one'] };

describe('A signed manifest', () => {
  const writer = writerOf('a');
  const origin = drawOrigin(writer.signer.keyId);
  const sealed = sealManifest(writer, origin, NAME, MANIFEST);
  const changed = (changes: object) =>
    Buffer.from(JSON.stringify({ ...(JSON.parse(sealed.toString()) as object), ...changes }));

  it('is read with the origin that vouches for it', async () => {
    expect(await readManifest('notes', NAME, sealed)).toEqual({ manifest: MANIFEST, origin });
  });

  it('may be unsigned in earlier versions, which name no parts', async () => {
    expect(await readManifest('notes', NAME, encodeManifest(EARLIER))).toEqual({
      manifest: EARLIER,
      origin: null,
    });
  });

  it.each<[string, Uint8Array | null]>([
    ['there is none', null],
    ['it is not a manifest', Buffer.from('{}')],
    ['a part is a different one', changed({ digests: ['other'] })],
    ['its seal is gone', changed({ seal: undefined })],
    ['its seal and its origin are gone', changed({ seal: undefined, origin: undefined })],
    ['its seal is not one', changed({ seal: { 'Spark-Key': 1 } })],
    ['its origin is not one', changed({ origin: 'O' })],
    ['its origin is of another key', changed({ origin: drawOrigin(writerOf('b').signer.keyId) })],
    ['its maker has left out a part', sealManifest(writer, origin, NAME, { ...MANIFEST, digests: [] })],
    ['its maker has named no parts', sealManifest(writer, origin, NAME, EARLIER)],
  ])('does not count when %s', async (_, bytes) => {
    expect(await readManifest('notes', NAME, bytes)).toBeNull();
  });

  it('does not count under another name or in another service', async () => {
    expect(await readManifest('notes', NAME.replace('/a/', '/b/'), sealed)).toBeNull();
    expect(await readManifest('boards', NAME, sealed)).toBeNull();
  });
});
