import type { PermissionViolationError } from '@nats-io/transport-node';

/** What is refused is tried again within seconds. */
const REMEMBERED_MS = 10_000;
/** An acknowledgement only with the next delivery of its message, some 10 s later. */
const ACK_REMEMBERED_MS = 30_000;

/** An operator sees enough of what is missing. */
const MOST = 8;

type Denied = Pick<PermissionViolationError, 'operation' | 'subject'>;

/** What NATS has lately not allowed this user: an acknowledgement, for example, which is sent and never answered. */
export class Denials {
  readonly #rememberedUntil = new Map<string, number>();

  note(denied: Denied, now: number): void {
    const isAck = denied.subject.startsWith('$JS.ACK.');
    const subject = isAck ? acksOfConsumer(denied.subject) : denied.subject;
    const what = describeDenied({ operation: denied.operation, subject });
    if (this.#rememberedUntil.size >= MOST && !this.#rememberedUntil.has(what)) return;
    this.#rememberedUntil.set(what, now + (isAck ? ACK_REMEMBERED_MS : REMEMBERED_MS));
  }

  /** For an operator; null when nothing was refused. */
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

/** Each message has a subject of its own. */
function acksOfConsumer(subject: string): string {
  return `${subject.split('.').slice(0, 4).join('.')}.>`;
}

/** `publish to SUBJECT` or `subscribe to SUBJECT`. */
export function describeDenied({ operation, subject }: Denied): string {
  return `${operation === 'publish' ? 'publish to' : 'subscribe to'} ${subject}`;
}
