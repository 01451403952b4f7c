import { isUtf8 } from 'node:buffer';

/** Read nevertheless, a text in another encoding would have other characters than its author wrote. */
export const NOT_UTF8 = 'It is not UTF-8; what cannot be read is shown as \ufffd';

/** What is wrong with the bytes of a record's text, as part of the record. */
export const faultOfBytes = (bytes: Uint8Array): { fault?: string } =>
  isUtf8(bytes) ? {} : { fault: NOT_UTF8 };
