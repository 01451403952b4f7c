import {
  judgeSeal,
  sealMessage,
  type MessageSigner,
  type MessageVerifier,
} from '@nestjs-spark/contracts/internal';
import { isObject, isObjectOf, isText, nameKey } from '@nestjs-spark/foundation/internal';
import { isTooLong, readDocument, type SettingsDocument } from './settings-document.ts';

/** A stored text, parsed but not trusted yet. */
export interface SealedText {
  headers: Record<string, string>;
  payload: string;
}

const isSealed = isObjectOf({ headers: isObject, payload: isText(Infinity) });
const KEY_HEADER = 'Spark-Key';

/** The document as it is stored: signed with the module's key. */
export function sealDocument(document: SettingsDocument, module: string, signer: MessageSigner): string {
  const payload = JSON.stringify(document);
  const { headers } = sealMessage({ headers: {}, payload: Buffer.from(payload) }, subjectOf(module), signer);
  return JSON.stringify({ headers, payload });
}

/** Null for anything that no module has written. */
export function takeApart(text: string): SealedText | null {
  const value = isTooLong(text) ? null : parse(text);
  if (!isSealed(value)) return null;
  const headers = Object.entries(value.headers).filter(
    (header): header is [string, string] => typeof header[1] === 'string',
  );
  return { headers: Object.fromEntries(headers), payload: value.payload };
}

/** The key that it claims to be signed with. */
export function keyOf({ headers }: SealedText): string | null {
  return headers[KEY_HEADER] ?? null;
}

export function documentIn({ payload }: SealedText): SettingsDocument | null {
  return readDocument(parse(payload));
}

/** Parses a trusted text: this module's own record. */
export function documentOf(text: string): SettingsDocument | null {
  const sealed = takeApart(text);
  return sealed && documentIn(sealed);
}

/**
 * Why a text is not trusted; null when this module has signed it.
 * @throws {UnavailableError} while the keys cannot be read
 */
export async function doubtAbout(
  { headers, payload }: SealedText,
  module: string,
  verifier: MessageVerifier,
): Promise<string | null> {
  const message = { headers, payload: Buffer.from(payload) };
  const verdict = await judgeSeal(message, subjectOf(module), module, verifier);
  if (verdict === 'genuine') return null;
  if (verdict === 'unsigned') return 'it is not signed';
  if (verdict === 'unknown-key') return `it is signed with a key that is none of ${module}'s`;
  return `it is not signed by ${module}, or was changed since`;
}

/** Makes a signature of settings valid for nothing else, and for no other module. */
function subjectOf(module: string): string {
  return `spark.settings.${nameKey(module)}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
