import { promisify } from 'node:util';
// As a whole: a name that an older Node lacks would end it before `needsNode` can say so.
import zlib from 'node:zlib';
import { needsNode } from '../needs-node.ts';

needsNode();
const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

/** So much is quicker done at once than handed to another thread. */
const AT_ONCE_BYTES = 64 * 1024;
/** What packs to more than this often unpacks to more than `AT_ONCE_BYTES`: the attempt would be wasted. */
const PACKED_AT_ONCE_BYTES = 4 * 1024;
/** Of unpacked bytes: the other thread is called for each piece, and many small ones take twice the processor time. */
const PIECE_BYTES = 1024 * 1024;
/** Most sets shrink by at least this factor: then one piece is enough. */
const EXPECTED_RATIO = 8;

/** @param level from 1, the quickest, to 19 */
export async function pack(
  plain: Uint8Array,
  level = zlib.constants.ZSTD_CLEVEL_DEFAULT,
): Promise<Uint8Array> {
  const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: level } };
  if (plain.length <= AT_ONCE_BYTES) return zlib.zstdCompressSync(plain, options);
  const chunkSize = Math.max(zlib.constants.Z_DEFAULT_CHUNK, plain.length / EXPECTED_RATIO);
  return compress(plain, { ...options, chunkSize: Math.ceil(chunkSize) });
}

/** The same for bytes that nobody needs afterwards; their memory is freed at once. */
export async function packAway(plain: Uint8Array<ArrayBuffer>, level?: number): Promise<Uint8Array> {
  const packed = await pack(plain, level);
  giveBack(plain);
  return packed;
}

/**
 * Frees bytes that nobody needs any more. The garbage collector is slow to free memory outside its heap: change sets of 4 MB, one after
 * the other, held 80 MB.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  // Small ones share an `ArrayBuffer` with others.
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
}

/**
 * @returns bytes for `giveBackUnpacked`
 * @throws {Error} for what `pack` has not made, and for what has more than `most` bytes
 */
export async function unpack(packed: Uint8Array, most: number): Promise<Uint8Array> {
  const small = unpackSmall(packed, Math.min(most, AT_ONCE_BYTES));
  return small ?? decompress(packed, { maxOutputLength: most, chunkSize: PIECE_BYTES });
}

/** Frees what `unpack` has returned, as `giveBack` does: its buffer may be larger than the bytes. */
export function giveBackUnpacked({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
}

/** Null for what is more, or not packed at all. */
function unpackSmall(packed: Uint8Array, most: number): Uint8Array | null {
  if (packed.length > PACKED_AT_ONCE_BYTES) return null;
  try {
    return zlib.zstdDecompressSync(packed, { maxOutputLength: most });
  } catch {
    return null;
  }
}
