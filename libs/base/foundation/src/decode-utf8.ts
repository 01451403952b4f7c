/** The text that bytes are in UTF-8. A client's bytes are often no `Buffer`, and making one of them would copy all of them first. */
export function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
