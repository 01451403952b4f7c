import type { PermissionViolationError } from '@nats-io/transport-node';

/** Whatever is refused is tried again within seconds. */
const REMEMBERED_MS = 10_000;
/** Acknowledgements are only retried with the next delivery of their message, some 10 s later. */
const ACK_REMEMBERED_MS = 30_000;

/** Enough for an operator to see what is missing. */
const MOST = 8;

type Denied = Pick<PermissionViolationError, 'operation' | 'subject'>;

/** What NATS has recently denied this user, such as an acknowledgement, which is sent without a reply. */
export class Denials {
  readonly #rememberedUntil = new Map<string, number>();

  note(denied: Denied, now: number): void {
    const isAck = denied.subject.startsWith('$JS.ACK.');
    const subject = isAck ? acksOfConsumer(denied.subject) : denied.subject;
    const what = describeDenied({ operation: denied.operation, subject });
    if (this.#rememberedUntil.size >= MOST && !this.#rememberedUntil.has(what)) return;
    this.#rememberedUntil.set(what, now + (isAck ? ACK_REMEMBERED_MS : REMEMBERED_MS));
  }

  /** Description for operators; null when nothing was denied. */
  describe(now: number): string | null {
    for (const [what, until] of this.#rememberedUntil) if (now > until) this.#rememberedUntil.delete(what);
    if (this.#rememberedUntil.size === 0) return null;
    return `NATS does not allow this user to ${[...this.#rememberedUntil.keys()].join(', ')}: ${DENIED_REMEDY}`;
  }

  /** A new connection may have different permissions. */
  forget(): void {
    this.#rememberedUntil.clear();
  }
}

export const DENIED_REMEDY =
  "add it to the user's permissions; `npx @nestjs-spark/cli nats permissions` prints all that a module needs";

/** Each message has its own subject, so they are grouped by consumer. */
function acksOfConsumer(subject: string): string {
  return `${subject.split('.').slice(0, 4).join('.')}.>`;
}

/** `publish to SUBJECT` or `subscribe to SUBJECT`. */
export function describeDenied({ operation, subject }: Denied): string {
  return `${operation === 'publish' ? 'publish to' : 'subscribe to'} ${subject}`;
}
