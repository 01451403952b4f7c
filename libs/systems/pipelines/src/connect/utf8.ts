import { isUtf8 } from 'node:buffer';

/** Decoding another encoding as UTF-8 would silently change characters. */
export const NOT_UTF8 = 'It is not UTF-8; bytes that cannot be decoded are shown as \ufffd';

/** The fault of a record whose bytes are not UTF-8, as part of the record. */
export const faultOfBytes = (bytes: Uint8Array): { fault?: string } =>
  isUtf8(bytes) ? {} : { fault: NOT_UTF8 };
