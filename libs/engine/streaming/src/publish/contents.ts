import { UnavailableError, type AttachmentCopy } from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  idKey,
  type ContentBundle,
  type IdRule,
  type SourceExtras,
  type WritableCommand,
} from '@nestjs-spark/contracts/internal';

/** How many attachments to remember as sent: about 100 bytes each. */
const REMEMBERED = 50_000;

/**
 * Stores attachment contents beside the message that names them. What was sent since this capture started is not sent again; a
 * requester that lacks it says so, and the capture then restarts without that memory.
 */
export class Contents {
  readonly #source: SourceExtras | undefined;
  readonly #ids: IdRule;
  /** What copies have, oldest first: copy, name and hash. */
  readonly #sent = new Set<string>();

  constructor(source: SourceExtras | undefined, ids: IdRule = UNNAMED_RULE) {
    this.#source = source;
    this.#ids = ids;
  }

  /**
   * The commands with every attachment's content named, and what to remember once they are in the log.
   * An attachment that has changed in the meantime is left out: its document has changed too, and comes again.
   */
  async attach(
    commands: WritableCommand[],
    open: () => ContentBundle,
  ): Promise<{ commands: WritableCommand[]; bundle: ContentBundle | null; published: () => void }> {
    if (!commands.some(({ type }) => type === 'attachments'))
      return { commands, bundle: null, published: () => this.#forget(commands) };
    const stored = new Map<string, string>();
    const sent: string[] = [];
    let bundle: ContentBundle | null = null;
    const store = async (attachment: AttachmentCopy): Promise<string | null> => {
      const known = stored.get(attachment.hash);
      if (known !== undefined) return known;
      const content = await this.#open(attachment);
      if (content === null) return null;
      const name = await (bundle ??= open()).store(content);
      stored.set(attachment.hash, name);
      return name;
    };
    const attached: WritableCommand[] = [];
    for (const command of commands) {
      if (command.type !== 'attachments') {
        attached.push(command);
        continue;
      }
      const attachments: AttachmentCopy[] = [];
      for (const attachment of command.attachments) {
        const key = this.#keyOf(command.id, attachment);
        const content = this.#sent.has(key) ? null : await store(attachment);
        if (content === null && !this.#sent.has(key)) continue;
        attachments.push({ ...attachment, content });
        sent.push(key);
      }
      attached.push({ ...command, attachments });
    }
    const published = (): void => {
      this.#forget(commands);
      for (const key of sent) this.#remember(key);
    };
    return { commands: attached, bundle, published };
  }

  async #open({ source, hash }: AttachmentCopy): Promise<AsyncIterable<Uint8Array> | null> {
    const found = await this.#source?.openAttachment(source.id, source.name);
    if (!found) return null;
    if (found.hash === hash) return named(found.content, `Attachment ${source.name} of ${source.id}`);
    await found.content[Symbol.asyncIterator]().return?.();
    return null;
  }

  #remember(key: string): void {
    this.#sent.delete(key);
    this.#sent.add(key);
    const [oldest] = this.#sent;
    if (this.#sent.size > REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
  }

  /** A removed copy loses its attachments. */
  #forget(commands: WritableCommand[]): void {
    if (this.#sent.size === 0) return;
    const gone = new Set(
      commands.flatMap((command) => {
        if (command.type === 'delete') return [`${idKey(this.#ids, command.id)}\0`];
        return command.type === 'delete-prefix' ? [idKey(this.#ids, command.prefix)] : [];
      }),
    );
    // By the few lengths that they have: comparing all with all would take seconds where thousands are deleted together.
    const lengths = [...new Set([...gone].map((begin) => begin.length))];
    if (lengths.length === 0) return;
    for (const key of this.#sent)
      if (lengths.some((length) => gone.has(key.slice(0, length)))) this.#sent.delete(key);
  }

  #keyOf(id: string, { name, hash }: AttachmentCopy): string {
    return `${idKey(this.#ids, id)}\0${idKey(this.#ids, name)}\0${hash}`;
  }
}

async function* named(
  content: AsyncIterable<Uint8Array>,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* content;
  } catch (cause) {
    throw new UnavailableError(`${what} could not be read to its end`, { cause });
  }
}
