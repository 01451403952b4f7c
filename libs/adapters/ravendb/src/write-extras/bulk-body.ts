import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { ContentMissingError } from '@nestjs-spark/contracts';
import type { TaskLog } from '@nestjs-spark/contracts/internal';
import { checkHash } from './attachment-hash.ts';
import type { ExtrasPlan } from './plan-extras.ts';

/**
 * The boundary between the contents of one request. Drawn for each request, because a content may contain anything, including the
 * boundary of an earlier request: what follows would be stored as another document's.
 */
export function drawBoundary(): string {
  return `spark-${randomUUID()}`;
}

export function multipart(boundary: string): string {
  return `multipart/mixed; boundary="${boundary}"`;
}

/**
 * The body of a `bulk_docs` request with contents, each read when it is its turn. When one is missing or damaged the body ends in
 * an error before its last boundary, so RavenDB writes nothing.
 * @param boundary from `drawBoundary`, for this body only
 * @param failed receives the reason, which the request itself does not report
 */
export function bulkBody(
  boundary: string,
  json: string,
  contents: ExtrasPlan['contents'],
  log: Pick<TaskLog, 'openContent'> | undefined,
  failed: (error: unknown) => void,
): Readable {
  async function* parts(): AsyncGenerator<Uint8Array, void, undefined> {
    yield Buffer.from(`--${boundary}\r\nContent-Type: application/json\r\n\r\n${json}`);
    for (const { documentId, attachment } of contents) {
      const { name, hash, content } = attachment;
      yield Buffer.from(`\r\n--${boundary}\r\nCommand-Type: AttachmentStream\r\n\r\n`);
      const what = `The content of attachment ${name} of ${documentId} (${content ?? 'sent before'})`;
      const opened = content === null ? null : await log?.openContent(content);
      if (!opened) throw new ContentMissingError(`${what} did not come with the change set`);
      yield* checkHash(opened, hash, (actual) => {
        return new ContentMissingError(`${what} is damaged: its hash is ${actual}, not ${hash}`);
      });
    }
    yield Buffer.from(`\r\n--${boundary}--\r\n`);
  }
  async function* heard(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* parts();
    } catch (error) {
      failed(error);
      throw error;
    }
  }
  return Readable.from(heard(), { objectMode: false, highWaterMark: 1 });
}
