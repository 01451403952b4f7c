import { ProblemError } from '@nestjs-spark/contracts';
import { LineTooLongError, linesOf, onePart, readAll } from '../job/content.ts';
import { createHash } from 'node:crypto';
import { noteOf, sentInput } from '../job/content-names.ts';
import { parseExactly } from '../job/json.ts';
import type { JobStore } from '../job/store.ts';
import { faultOfLine } from '../submit/read-submission.ts';
import { submitterKey } from '../submit/new-job.ts';
import { isNullOr, isObjectOf, isOneOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { whyNotJson } from '@nestjs-spark/observability/internal';
import { SUBMITTER_KINDS, type Submitter } from '../job/job.ts';
import { sameSubmitter } from '../job/same-submitter.ts';
import type { SentInput } from './quota.ts';

/** A stored input, which jobs name as `{ "object": … }`. */
export interface StoredInput {
  object: string;
  sha256: string;
  bytes: number;
  documents: number;
}

/** A document is held in memory as a whole while it is checked. */
export const MOST_LINE_BYTES = 32 * 1024 * 1024;

/**
 * @param sent called with the bytes as they come, and may refuse them
 * @throws {ProblemError} `invalid` (400) with the first invalid line; `tooLarge` (413) for a line above 32 MiB
 */
export async function keepInput(
  parts: AsyncIterable<Uint8Array>,
  { kind, subject, tenant }: Submitter,
  store: JobStore,
  sent: SentInput,
): Promise<StoredInput> {
  const object = sentInput(submitterKey({ kind, subject, tenant }));
  const digest = createHash('sha256');
  let bytes = 0;
  let documents = 0;
  const counted = (async function* () {
    for await (const part of parts) {
      sent.count(part.byteLength);
      yield part;
    }
  })();
  const checked = (async function* () {
    try {
      for await (const read of linesOf(counted, MOST_LINE_BYTES)) {
        documents++;
        // A byte order mark is not part of a document.
        const line = documents === 1 ? withoutMark(read) : read;
        const fault = faultOf(line);
        if (fault !== null)
          throw new ProblemError('invalid', `Line ${documents}: ${fault}.`, {
            errors: [{ pointer: `/${documents - 1}`, detail: fault, line: documents }],
          });
        const whole = Buffer.concat([line, Buffer.from('\n')]);
        digest.update(whole);
        bytes += whole.byteLength;
        yield whole;
      }
    } catch (error) {
      if (!(error instanceof LineTooLongError)) throw error;
      const detail = `Line ${documents + 1} has more than ${MOST_LINE_BYTES} bytes. Put one document on each line.`;
      throw new ProblemError('tooLarge', detail, { cause: error });
    }
  })();
  let isKept = false;
  try {
    await store.putContent(object, checked);
    isKept = true;
  } finally {
    sent.end(isKept);
  }
  const input = { object, sha256: digest.digest('hex'), bytes, documents };
  const note = Buffer.from(JSON.stringify({ ...input, kind, subject, tenant }));
  await store.putContent(noteOf(object), onePart(note));
  return input;
}

/** A stored input of this submitter; null if it has none of this name. The inputs of others are not found either. */
export async function findInput(
  object: string,
  submitter: Submitter,
  store: JobStore,
): Promise<StoredInput | null> {
  const kept = await store.openContent(noteOf(object));
  if (!kept) return null;
  const note = readNote((await readAll(kept)).toString());
  if (!note || !sameSubmitter(note, submitter)) return null;
  return { object, sha256: note.sha256, bytes: note.bytes, documents: note.documents };
}

type Note = Omit<StoredInput, 'object'> & Submitter;

const isNote = isObjectOf({
  sha256: isText(),
  bytes: isWhole,
  documents: isWhole,
  kind: isOneOf(...SUBMITTER_KINDS),
  subject: isText(),
  tenant: isNullOr(isText()),
});

/** Null if it is not a note: anyone with access to the store may have written it. */
function readNote(text: string): Note | null {
  try {
    const note: unknown = JSON.parse(text);
    return isNote(note) ? note : null;
  } catch {
    return null;
  }
}

const MARK = Buffer.from('\ufeff');

function withoutMark(line: Buffer): Buffer {
  return line.subarray(0, MARK.length).equals(MARK) ? line.subarray(MARK.length) : line;
}

function faultOf(line: Buffer): string | null {
  try {
    return faultOfLine(parseExactly(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)));
  } catch (error) {
    if (error instanceof TypeError) return 'is not UTF-8';
    return `is not JSON: ${whyNotJson(error)}`;
  }
}
