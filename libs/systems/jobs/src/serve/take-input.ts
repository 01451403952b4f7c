import { ProblemError } from '@nestjs-spark/contracts';
import { holdOf, sentInput } from '../job/content-names.ts';
import { keepText, MOST_INLINE_BYTES, onePart } from '../job/content.ts';
import type { JobInput } from '../job/job.ts';
import { JOB_REFUSED } from '../job/problems.ts';
import type { JobStore } from '../job/store.ts';
import { submitterKey } from '../submit/new-job.ts';
import type { InputText } from '../submit/read-submission.ts';
import type { JobAccess } from './access.ts';
import { documentsOfCsv } from './documents-of-csv.ts';
import { fetchInput } from './fetch-input.ts';
import { findInput, keepInput } from './keep-input.ts';
import type { JobQuota } from './quota.ts';

/** What taking an input needs. */
export interface InputParts {
  store: JobStore;
  quota: JobQuota;
  /** What the address of an input has to begin with. */
  inputPrefixes: readonly string[];
}

/** How many bytes inputs that came with their jobs take in the store beside the records. */
export function bytesApart(inputs: readonly (InputText | null)[]): number {
  return inputs.reduce((sum, input) => {
    const bytes = input && 'text' in input ? Buffer.byteLength(input.text) : 0;
    return bytes > MOST_INLINE_BYTES ? sum + bytes : sum;
  }, 0);
}

/**
 * The input of a new job: fetched, found or stored, as its submission says.
 * @throws {ProblemError} `jobRefused` (422) if it is not available, `invalid` (400) with the invalid line, `tooMany` (429)
 */
export async function takeInput(
  input: InputText | null,
  jobId: string,
  access: JobAccess,
  { store, quota, inputPrefixes }: InputParts,
): Promise<JobInput | null> {
  if (input === null) return null;
  if (input.form === 'url') {
    const fetched = await fetchInput(input.url, inputPrefixes);
    const lines = input.format === 'csv' ? documentsOfCsv(fetched) : fetched;
    const kept = await keepInput(lines, access, store, await quota.sending(access));
    await hold(kept.object, jobId, store);
    return { form: 'documents', ...kept };
  }
  if (input.form === 'object') {
    const stored = await findInput(input.object, access, store);
    if (stored) {
      await hold(stored.object, jobId, store);
      return { form: 'documents', ...stored };
    }
    const detail = 'you have stored no input of this name, or it is no longer kept';
    throw new ProblemError(JOB_REFUSED, `/input/object: ${detail}`, {
      errors: [{ pointer: '/input/object', detail }],
    });
  }
  // Named as one that was sent before, so that both count as inputs of their submitter.
  const content = await keepText(
    input.text,
    () => sentInput(submitterKey(access)),
    (name, parts) => store.putContent(name, parts),
  );
  if (content.object !== undefined) await hold(content.object, jobId, store);
  return { form: input.form, documents: input.documents, ...content };
}

/** The content stays for as long as this job does. */
export function hold(object: string, jobId: string, store: JobStore): Promise<void> {
  return store.putContent(holdOf(object, jobId), onePart(jobId));
}
