import { describe, expect, it } from '@jest/globals';
import { createBLAKE2b } from 'hash-wasm';
import { bulkBody, drawBoundary } from './bulk-body.ts';

async function bodyWith(boundary: string, text: string): Promise<string> {
  const hasher = await createBLAKE2b(256);
  hasher.init();
  const hash = Buffer.from(hasher.update(text).digest('binary')).toString('base64');
  const attachment = {
    name: 'a',
    contentType: '',
    hash,
    size: text.length,
    content: 'one',
    source: { id: 'cars/1', name: 'a' },
  };
  const log = {
    openContent: async () =>
      (async function* () {
        yield Buffer.from(text);
      })(),
  };
  const parts = await Array.fromAsync(
    bulkBody(boundary, '{}', [{ documentId: 'cars/1', attachment }], log, () => undefined),
  );
  return Buffer.concat(parts as Buffer[]).toString();
}

describe('A body with contents', () => {
  it('has parts that no content can end, since the boundary of each request is its own', async () => {
    const drawn = Array.from({ length: 1_000 }, drawBoundary);
    expect(new Set(drawn).size).toBe(1_000);
    const [earlier = '', boundary = ''] = drawn;
    const seen = await bodyWith(earlier, 'x');
    const injected = await bodyWith(boundary, seen);
    expect(injected.split(`--${boundary}`)).toHaveLength(4);
  });
});
