import { Readable } from 'node:stream';
import type { TaskLog } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { sendWithContents } from '../write-extras/send-with-contents.ts';
import type { ExtrasPlan } from '../write-extras/plan-extras.ts';
import { deleteIfCopyOf, type Copy } from './own-copies.ts';
import { refuseUnlessOwn, type OwnOnly } from './own-only.ts';
import { writtenIn } from './written-in.ts';

export interface Put {
  id: string;
  document: string;
  /** The version that was read, empty for none; absent: any version is overwritten. */
  expected?: string;
}

export interface Transaction {
  /** Executed first, each only if it is unchanged since it was read; null: in any version. */
  deletes: readonly { id: string; changeVector: Copy['changeVector'] | null }[];
  /** Have RavenDB check within the transaction whether these are still copies of the task: slower, but never a conflict. */
  guard?: string;
  puts: Iterable<Put>;
  /** Have RavenDB check within the transaction whether the puts may replace what their ids hold. */
  ownOnly?: OwnOnly | null;
  /** Attachments, counters and time series, after the puts. */
  extras?: ExtrasPlan & { log: Pick<TaskLog, 'openContent'> | undefined };
  /** Written last, only if its version is `expected`; null expects that it does not exist. */
  fence: { id: string; document: string; expected: string | null } | null;
}

/**
 * Writes all of it or nothing.
 * @returns the version of what was written last, which is the fence when there is one
 * @throws {RavenConflictError} when something has changed since it was read
 */
export async function write(http: RavenHttp, transaction: Transaction): Promise<string> {
  const { deletes, guard, puts, ownOnly, extras, fence } = transaction;
  const commands = new Commands();
  const patch = guard && JSON.stringify(deleteIfCopyOf(guard));
  for (const { id, changeVector } of deletes) {
    const how = patch
      ? `"Type":"PATCH","ChangeVector":null,"Patch":${patch}`
      : `"Type":"DELETE","ChangeVector":${JSON.stringify(changeVector)}`;
    commands.add(`{"Id":${JSON.stringify(id)},${how}}`);
  }
  if (ownOnly) for (const command of refuseUnlessOwn(ownOnly)) commands.add(command);
  for (const one of puts) commands.addPut(one);
  if (extras) for (const command of extras.commands) commands.add(command);
  if (fence) commands.addPut({ ...fence, expected: fence.expected ?? '' });
  const json = `{"Commands":[${commands.text()}]}`;
  const path = http.path('/bulk_docs');
  const answer = extras?.contents.length
    ? await sendWithContents(http, path, json, extras.contents, extras.log)
    : await http.request({ method: 'POST', path, body: json, keepLastBytes: ANSWER_END_BYTES });
  return lastChangeVector(writtenIn(http, answer));
}

/**
 * Like `write`, for puts only, while the fence's version is still pending: RavenDB receives the commands meanwhile, and begins
 * its transaction when the fence arrives. If the version never comes, the request is aborted and nothing is written.
 */
export async function writeBehind(
  http: RavenHttp,
  puts: Iterable<Put>,
  fence: { id: string; document: string; expected: Promise<string | null> },
): Promise<string> {
  const commands = new Commands();
  for (const one of puts) commands.addPut(one);
  commands.separate();
  const begin = commands.text();
  async function* parts(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from(`{"Commands":[${begin}`);
    const last = new Commands().addPut({ ...fence, expected: (await fence.expected) ?? '' });
    yield Buffer.from(`${last.text()}]}`);
  }
  const answer = await http.onOneNode((node) =>
    node.request({
      method: 'POST',
      path: http.path('/bulk_docs'),
      body: Readable.from(parts()),
      keepLastBytes: ANSWER_END_BYTES,
    }),
  );
  return lastChangeVector(writtenIn(http, answer));
}

/** The commands of a request, in pieces until it is sent: each one put together by itself would be copied twice. */
class Commands {
  readonly #pieces: string[] = [];

  add(command: string): void {
    this.separate();
    this.#pieces.push(command);
  }

  addPut({ id, document, expected }: Put): this {
    this.separate();
    this.#pieces.push('{"Id":', JSON.stringify(id), ',"Type":"PUT","ChangeVector":');
    this.#pieces.push(expected === undefined ? 'null' : JSON.stringify(expected));
    this.#pieces.push(',"Document":', document, '}');
    return this;
  }

  /** After the last one, if another one follows. */
  separate(): void {
    if (this.#pieces.length > 0) this.#pieces.push(',');
  }

  text(): string {
    return this.#pieces.join('');
  }
}

// More than one entry of the response, and more than an error.
const ANSWER_END_BYTES = 64 * 1024;
const CHANGE_VECTOR = '"@change-vector":"';

// The response has an entry per command, thousands of them; only the last one is needed.
function lastChangeVector(answer: Buffer): string {
  const begin = answer.lastIndexOf(CHANGE_VECTOR);
  if (begin < 0) return '';
  const from = begin + CHANGE_VECTOR.length;
  return answer.toString('utf8', from, answer.indexOf('"', from));
}
