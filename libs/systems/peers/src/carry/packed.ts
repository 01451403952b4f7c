import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

/** @param level from 1, the quickest, to 19 */
export function pack(plain: Uint8Array, level = zlib.constants.ZSTD_CLEVEL_DEFAULT): Promise<Uint8Array> {
  return compress(plain, { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } });
}

/** The text that was packed; null for what is not one, or has more than so many bytes. */
export async function unpackText(bytes: Uint8Array, most: number): Promise<string | null> {
  const plain = await decompress(bytes, { maxOutputLength: most }).catch(() => null);
  return plain && textOf(plain);
}

/** Null for what is not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    : null;
}
