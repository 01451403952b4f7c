import type { TaskLog } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import type { RavenAnswer } from '../connect/raven-node.ts';
import { bulkBody, drawBoundary, multipart } from './bulk-body.ts';
import type { ExtrasPlan } from './plan-extras.ts';

/** A set has up to 64 MB of attachments, or a single larger one. */
const ANSWER_TIMEOUT_MS = 15 * 60_000;

/** Sends commands with the contents they need, streamed from the log. @returns RavenDB's response */
export async function sendWithContents(
  http: RavenHttp,
  path: string,
  json: string,
  contents: ExtrasPlan['contents'],
  log: Pick<TaskLog, 'openContent'> | undefined,
): Promise<RavenAnswer> {
  let reason: unknown;
  const boundary = drawBoundary();
  const body = bulkBody(boundary, json, contents, log, (error) => (reason = error));
  try {
    return await http.onOneNode((node) => {
      const request = { method: 'POST', path, body, contentType: multipart(boundary) } as const;
      return node.request({ ...request, answerTimeoutMs: ANSWER_TIMEOUT_MS });
    });
  } catch (error) {
    throw reason ?? error;
  } finally {
    body.destroy();
  }
}
