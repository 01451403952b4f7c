import type { PermissionViolationError } from '@nats-io/transport-node';

/** An acknowledgement that is refused is sent again with the next delivery, some 10 s later. */
const REMEMBERED_MS = 30_000;

type Denied = Pick<PermissionViolationError, 'operation' | 'subject'>;

/** What NATS has lately not allowed this user: an acknowledgement, for example, which is sent and never answered. */
export class Denials {
  readonly #seenAt = new Map<string, number>();

  note(denied: Denied, now: number): void {
    this.#seenAt.set(describeDenied(denied), now);
  }

  /** For an operator; null when nothing was refused. */
  describe(now: number): string | null {
    for (const [what, at] of this.#seenAt) if (now - at > REMEMBERED_MS) this.#seenAt.delete(what);
    if (this.#seenAt.size === 0) return null;
    return `NATS does not allow this user to ${[...this.#seenAt.keys()].join(', ')}: ${DENIED_REMEDY}`;
  }

  /** A new connection may have other rights. */
  forget(): void {
    this.#seenAt.clear();
  }
}

export const DENIED_REMEDY =
  "add it to the user's permissions; `nestjs-spark nats permissions` prints all that a module needs";

/** `publish to SUBJECT` or `subscribe to SUBJECT`. */
export function describeDenied({ operation, subject }: Denied): string {
  return `${operation === 'publish' ? 'publish to' : 'subscribe to'} ${subject}`;
}
