import { onePart } from '../job/content.ts';
import { ContentGoneError } from '../job/content-gone.ts';
import type { RunInput } from '../job/backend.ts';
import type { Content, Job } from '../job/job.ts';
import type { JobStore } from '../job/store.ts';

/** The input of a job, read on demand. */
export function inputOf({ input }: Job, store: JobStore): RunInput {
  if (!input) return { form: 'none', bytes: 0, documents: 0, read: () => contentOf({ inline: '' }, store) };
  const { form, bytes, documents } = input;
  return { form, bytes, documents, read: () => contentOf(input, store) };
}

/** The bytes of a content, inline or stored; null if they are no longer kept. */
export async function openContent(
  { inline, object }: Pick<Content, 'inline' | 'object'>,
  store: JobStore,
): Promise<AsyncIterable<Uint8Array> | null> {
  if (inline !== undefined) return onePart(inline);
  return object === undefined ? null : store.openContent(object);
}

/** Like `openContent`, opened when read. @throws {ContentGoneError} while reading, if they are no longer kept */
function contentOf(stored: Pick<Content, 'inline' | 'object'>, store: JobStore): AsyncIterable<Uint8Array> {
  return stored.inline === undefined ? storedContent(stored, store) : onePart(stored.inline);
}

async function* storedContent(stored: Pick<Content, 'object'>, store: JobStore): AsyncGenerator<Uint8Array> {
  const content = await openContent(stored, store);
  if (!content) throw new ContentGoneError(stored.object ?? 'of the job');
  yield* content;
}
