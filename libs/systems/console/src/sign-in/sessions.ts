import { createHash, randomBytes } from 'node:crypto';
import type { MessageSigner } from '@nestjs-spark/contracts/internal';
import { isObjectOf, isOneOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { EncryptJWT, jwtDecrypt } from 'jose';

/** The session of a signed-in user. */
export interface Session {
  /** The user's name in the audit trail. */
  sub: string;
  role: 'viewer' | 'operator';
  /** The token that the page sends with every request that changes something. */
  csrf: string;
  /** When the user signed in, in seconds since 1970. */
  since: number;
  /** When the session ends regardless of activity, in seconds since 1970. */
  until: number;
}

/** A user who can sign in. */
export interface Admitted extends Pick<Session, 'sub' | 'role'> {
  /** When the presented credential expires, in seconds since 1970. */
  expires?: number;
}

export const COOKIE = 'spark_console';
const LONGEST_SECONDS = 8 * 3_600;
const IDLE_SECONDS = 3_600;
/** Age in seconds at which a cookie is renewed. */
const RENEW_SECONDS = 300;
const LONGEST_COOKIE = 4_096;

const isSession = isObjectOf({
  sub: isText(256),
  role: isOneOf('viewer', 'operator'),
  csrf: isText(64),
  since: isWhole,
  until: isWhole,
  iat: isWhole,
  exp: isWhole,
});

/**
 * Sessions in encrypted cookies. The key is derived from the module's own, so that every instance can read them and none has to be stored: an
 * Ed25519 signature is deterministic.
 */
export class Sessions {
  readonly #key: Uint8Array;
  readonly #path: string;

  /** @param path the console's path, to which the cookie is scoped */
  constructor(signer: MessageSigner, path: string) {
    const signed = signer.sign(Buffer.from('spark console sessions, version 1'));
    this.#key = createHash('sha256').update(signed).digest();
    this.#path = path;
  }

  /** Starts a session of eight hours, or less if the credential expires earlier. */
  begin({ sub, role, expires = Infinity }: Admitted, now = seconds()): Session {
    const until = Math.min(now + LONGEST_SECONDS, Math.floor(expires));
    return { sub, role, csrf: randomBytes(18).toString('base64url'), since: now, until };
  }

  /** The session from a request's cookies, and whether its cookie should be renewed; null without a valid session. */
  async read(
    cookies: string | undefined,
    now = seconds(),
  ): Promise<{ session: Session; renew: boolean } | null> {
    const sealed = cookieIn(cookies ?? '');
    if (sealed === null) return null;
    try {
      const { payload } = await jwtDecrypt(sealed, this.#key, {
        currentDate: new Date(now * 1_000),
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      });
      if (!isSession(payload) || now >= payload.until) return null;
      const { sub, role, csrf, since, until, iat } = payload;
      return { session: { sub, role, csrf, since, until }, renew: now - iat > RENEW_SECONDS };
    } catch {
      return null;
    }
  }

  /** The header that stores a session in the browser. @param secure whether the page was loaded over https */
  async cookie(session: Session, secure: boolean, now = seconds()): Promise<string> {
    const { sub, ...claims } = session;
    const expires = Math.min(now + IDLE_SECONDS, session.until);
    const sealed = await new EncryptJWT(claims)
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .setSubject(sub)
      .setIssuedAt(now)
      .setExpirationTime(expires)
      .encrypt(this.#key);
    return `${COOKIE}=${sealed}; ${this.#attributes(secure)}; Max-Age=${expires - now}`;
  }

  /** The header that deletes the cookie. */
  end(secure: boolean): string {
    return `${COOKIE}=; ${this.#attributes(secure)}; Max-Age=0`;
  }

  #attributes(secure: boolean): string {
    return `Path=${this.#path}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }
}

/** Whether a request carries a session, valid or not. */
export const hasSession = (cookies = ''): boolean => cookieIn(cookies) !== null;

function cookieIn(cookies: string): string | null {
  if (cookies.length > LONGEST_COOKIE * 4) return null;
  for (const pair of cookies.split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() !== COOKIE) continue;
    const value = pair.slice(at + 1).trim();
    return value === '' || value.length > LONGEST_COOKIE ? null : value;
  }
  return null;
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000);
}
