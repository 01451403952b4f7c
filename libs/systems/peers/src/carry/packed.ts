import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import zlib from 'node:zlib';

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

/** So much is quicker done at once than handed to another thread. */
const AT_ONCE_BYTES = 64 * 1024;

/** @param level from 1, the quickest, to 19 */
export async function pack(
  plain: Uint8Array,
  level = zlib.constants.ZSTD_CLEVEL_DEFAULT,
): Promise<Uint8Array> {
  const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } };
  return plain.length <= AT_ONCE_BYTES ? zlib.zstdCompressSync(plain, options) : compress(plain, options);
}

/** The text that was packed; null for what is not one, or has more than so many bytes. */
export async function unpackText(bytes: Uint8Array, most: number): Promise<string | null> {
  const plain = unpackSmall(bytes) ?? (await decompress(bytes, { maxOutputLength: most }).catch(() => null));
  return plain && textOf(plain);
}

/** Null for what is more, or not packed at all. */
function unpackSmall(bytes: Uint8Array): Uint8Array | null {
  if (bytes.length > AT_ONCE_BYTES) return null;
  try {
    return zlib.zstdDecompressSync(bytes, { maxOutputLength: AT_ONCE_BYTES });
  } catch {
    return null;
  }
}

/** Null for what is not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes)
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    : null;
}
