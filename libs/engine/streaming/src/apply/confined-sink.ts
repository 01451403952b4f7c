import {
  ContentRefusedError,
  describeTask,
  UnavailableError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import {
  copiesLabel,
  copiesSource,
  COPY_ETAG,
  COPY_GENERATION,
  COPY_SOURCE,
  generationLabel,
  memberName,
  refuseTogether,
  DEEPEST_DOCUMENT,
  scanDocument,
  scanMembers,
  type ChangeSink,
  type Checkpoint,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { ApplyTask } from '../task/tasks.ts';

/** The kind of a copy that is set aside because its task's declaration cannot produce it. */
export const UNDECLARED = 'undeclared';

type Inner = Pick<ChangeSink, 'apply' | 'readCheckpoint' | 'copies'>;

/**
 * A sink that only accepts copies that the task's declaration can produce: one JSON object each, in a collection that its script
 * loads to, under its prefix, marked as a copy of this task, this owner and this generation. Even an owner whose key is
 * compromised can then write nothing else here.
 */
export class ConfinedSink implements Inner {
  readonly #sink: Inner;
  readonly #task: () => ApplyTask;

  /** @param task the current declaration */
  constructor(sink: Inner, task: () => ApplyTask) {
    this.#sink = sink;
    this.#task = task;
  }

  readCheckpoint(name: string): ReturnType<Inner['readCheckpoint']> {
    return this.#sink.readCheckpoint(name);
  }

  copies(...args: Parameters<Inner['copies']>): ReturnType<Inner['copies']> {
    return this.#sink.copies(...args);
  }

  async apply(...[commands, checkpoint, ...rest]: Parameters<ChangeSink['apply']>): Promise<string> {
    const task = this.#task();
    const check = copyCheck(task, checkpoint);
    try {
      refuseTogether(commands, (command) => check(command));
    } catch (error) {
      if (!(error instanceof ContentRefusedError) || checkpoint.script === task.fingerprint) throw error;
      // The script of an instance with another version may load to other collections: its copies are for that version to apply.
      throw new UnavailableError(
        `${describeTask(task.key)}: what arrives was made by the script of another version of this module (${error.message})`,
        { cause: error, whateverIsSent: true },
      );
    }
    return this.#sink.apply(commands, checkpoint, ...rest);
  }
}

/** @returns a check that throws `ContentRefusedError` for a copy that the task cannot have */
export function copyCheck(
  { collection, collections = [collection], idPrefix = '' }: Omit<ApplyTask, 'key' | 'fingerprint'>,
  { name, generation }: Pick<Checkpoint, 'name' | 'generation'>,
): (command: ChangeCommand) => void {
  const label = generationLabel(copiesLabel(name), generation);
  const source = `${copiesSource(name)}/`;
  const seen = new Set<string>();
  const end = `,"${COPY_GENERATION}":${JSON.stringify(label)}}`;

  return (command) => {
    if (command.type !== 'put') return;
    const { id, document } = command;
    const written = scanDocument(document);
    if (written === 'not-an-object' || written === 'metadata-twice') {
      const why = `is not one JSON object, is nested more than ${DEEPEST_DOCUMENT} deep, or has its metadata twice`;
      throw refusal(id, why, 'refused');
    }
    if (!id.startsWith(idPrefix)) throw refusal(id, `does not begin with ${JSON.stringify(idPrefix)}`);
    if (written === null) throw refusal(id, 'has no metadata');
    const metadata = document.slice(written.start, written.end);
    if (isAsBefore(metadata)) return;
    const marks = readMarks(metadata);
    if (marks === null) throw refusal(id, 'has metadata in which a mark is missing or occurs twice');
    const inCollection = marks['@collection'];
    const isDeclared = collections === null || collections.some((one) => sameName(one, inCollection));
    if (!isDeclared)
      throw refusal(id, `is in ${JSON.stringify(inCollection)}, to which the script does not load`);
    const isOurs = sameName(marks[COPY_GENERATION], label) && startsWithName(marks[COPY_SOURCE], source);
    if (!isOurs) throw refusal(id, 'is marked as a copy of something else');
    // Where a script names its collections at run time, there may be any number: each would be compared with all of them.
    if (seen.size < MOST_SEEN) seen.add(beginningOf(inCollection, source));
  };

  /** Metadata as the engine writes it, with a collection already verified: almost every copy. */
  function isAsBefore(metadata: string): boolean {
    if (!metadata.endsWith(end)) return false;
    for (const begin of seen) {
      if (metadata.startsWith(begin)) return isRest(metadata, begin.length, metadata.length - end.length);
    }
    return false;
  }
}

/** How many collections of a set are known by their text. */
const MOST_SEEN = 16;

const BETWEEN = `","${COPY_ETAG}":`;
const ZERO = 48;
const NINE = 57;

/**
 * Whether the rest of the owner's id and the etag follow. An id with an escape is left to the parser: almost none has one, and a
 * regular expression that handles escapes costs as much as all other checks together.
 */
function isRest(metadata: string, from: number, to: number): boolean {
  const quote = metadata.indexOf('"', from);
  const digits = quote + BETWEEN.length;
  if (quote < 0 || digits >= to || !metadata.startsWith(BETWEEN, quote)) return false;
  for (let at = digits; at < to; at++) {
    const code = metadata.charCodeAt(at);
    if (code < ZERO || code > NINE) return false;
  }
  return !metadata.slice(from, quote).includes('\\');
}

const MARKS = ['@collection', COPY_SOURCE, COPY_GENERATION] as const;

type Marks = Record<(typeof MARKS)[number], string>;

function beginningOf(collection: string, source: string): string {
  return `{"@collection":${JSON.stringify(collection)},"${COPY_SOURCE}":${JSON.stringify(source).slice(0, -1)}`;
}

/** The text of each mark; null when one is missing, not a text, or repeated, since stores differ in which one counts. */
function readMarks(metadata: string): Marks | null {
  const found = new Map<string, unknown>();
  let isTwice = false;
  try {
    JSON.parse(metadata);
    scanMembers(metadata, (member) => {
      const name = memberName(metadata, member);
      isTwice ||= found.has(name);
      found.set(name, JSON.parse(metadata.slice(member.valueStart, member.valueEnd)));
    });
  } catch {
    return null;
  }
  const texts = MARKS.flatMap((mark) => {
    const text = found.get(mark);
    return typeof text === 'string' ? [[mark, text] as const] : [];
  });
  return isTwice || texts.length < MARKS.length ? null : (Object.fromEntries(texts) as Marks);
}

function startsWithName(text: string, name: string): boolean {
  return sameName(text.slice(0, name.length), name);
}

function refusal(id: string, reason: string, kind: string = UNDECLARED): ContentRefusedError {
  return new ContentRefusedError(`Document ${JSON.stringify(id.slice(0, 100))} ${reason}`, id, { kind });
}
