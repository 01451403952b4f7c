import { isSendable } from '@nestjs-spark/foundation/internal';

/** Adds a fault for a token that no request can have. */
export function requireSendable(setting: string, token: string | null, faults: string[]): void {
  if (token === null || isSendable(token)) return;
  faults.push(
    `${setting} cannot be sent: it has to be one line of ASCII characters without spaces; is there more in it than the token?`,
  );
}
