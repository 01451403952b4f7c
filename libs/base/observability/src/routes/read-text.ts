import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';
import { tooLarge } from './broken-body.ts';
import { bodyHeadersOf } from './left-body.ts';
import { nodeRequest, type PlatformRequest } from './platform.ts';
import { readBody } from './read-body.ts';

/** What a route reads: always uncompressed UTF-8. A body without a type is accepted as such. */
export interface BodyForm {
  readonly types: RegExp;
  /** Its name in refusals. */
  readonly said: string;
}

export const JSON_FORM: BodyForm = {
  types: /^application\/(?:[\w.-]+\+)?json$/i,
  said: 'application/json',
};

/** @throws {ProblemError} `unsupportedMedia` (415), naming what is accepted */
export function requireForm(request: IncomingMessage, { types, said }: BodyForm): void {
  const headers = bodyHeadersOf(request);
  const transfer = headers['transfer-encoding'];
  // Node only undoes `chunked`: in `gzip, chunked`, the bytes are still compressed, or were never.
  if (transfer !== undefined && transfer.trim().toLowerCase() !== 'chunked')
    throw new ProblemError('unsupportedMedia', 'The only transfer encoding accepted is chunked.');
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new ProblemError('unsupportedMedia', 'Compressed bodies are not accepted.');
  const type = headers['content-type'];
  if (type === undefined) return;
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim());
  if (types.test(media) && parameters.every(isNoOtherCharset)) return;
  throw new ProblemError('unsupportedMedia', `The body must be ${said} in UTF-8.`);
}

function isNoOtherCharset(parameter: string): boolean {
  return !/^charset\b/i.test(parameter) || /^charset="?utf-?8"?$/i.test(parameter);
}

/**
 * The body of a request as text. If a parser of the application has read it, as on Express without `bodyParser: false`, what that kept
 * (`rawBody`) or its parsed value: numbers beyond JavaScript's precision have changed then.
 * @throws {ProblemError} `tooLarge` (413), `unsupportedMedia` (415), or `invalid` (400) for invalid UTF-8
 */
export async function readText(
  platform: PlatformRequest,
  form: BodyForm,
  mostBytes: number,
): Promise<string> {
  const request = nodeRequest(platform);
  requireForm(request, form);
  const before = parsedBefore(request);
  if (before !== null) return before;
  const body = await readBody(request, mostBytes);
  if (body) return decodeBody(body);
  throw tooLarge(mostBytes);
}

type Parsed = IncomingMessage & { body?: unknown; rawBody?: unknown };

function parsedBefore(request: Parsed): string | null {
  if (!request.readableDidRead) return null;
  if (Buffer.isBuffer(request.rawBody)) return decodeBody(request.rawBody);
  return request.body === undefined ? '' : JSON.stringify(request.body);
}

/** Whether a body has nothing but white space: it counts as none. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** @throws {ProblemError} `invalid` (400) for invalid UTF-8 */
export function decodeBody(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ProblemError('invalid', 'The body is not UTF-8.', { cause });
  }
}
