import { ProblemError } from '@nestjs-spark/contracts';
import type { ApiAuthentication, ApiCaller } from '@nestjs-spark/auth';
import type { OperatorToken } from '@nestjs-spark/modules/internal';
import { CLOSED } from '../settings/problems.ts';
import type { Admitted } from './sessions.ts';
import { Tries } from './tries.ts';

const LONGEST_TOKEN = 16_384;
const CLOSED_REMEDY =
  'Nobody can sign in here: set SPARK_OPERATOR_TOKEN, or import SparkAuthModule with an issuer.';

/** Decides who can sign in: with the operator token, or with a JWT of the application's issuer. */
export class Admission {
  readonly #operator: OperatorToken;
  readonly #issuer: Pick<ApiAuthentication, 'authenticate'> | null;
  readonly #tries = new Tries();

  constructor(operator: OperatorToken, issuer: Pick<ApiAuthentication, 'authenticate'> | null) {
    this.#operator = operator;
    this.#issuer = issuer;
  }

  /** Whether signing in is impossible. An API without authentication does not open the console. */
  get isClosed(): boolean {
    return !this.#operator.open && this.#issuer === null;
  }

  /** How somebody signs in, or what has to be done before anybody can. @param path of the console's page */
  howTo(path: string): string {
    if (this.isClosed) return CLOSED_REMEDY;
    const operators = 'the operator token (SPARK_OPERATOR_TOKEN)';
    const issued = "a token of the application's issuer";
    const token = this.#operator.open ? operators + (this.#issuer ? `, or ${issued}` : '') : issued;
    return `Sign in on the page ${path} with ${token}.`;
  }

  /**
   * @throws {ProblemError} `unauthenticated` (401), `forbidden` (403) for a caller confined to a tenant, `tooMany` (429), or `consoleClosed` (401)
   * with the remedy
   */
  async admit(token: unknown, address: string): Promise<Admitted> {
    if (this.isClosed) throw new ProblemError(CLOSED, CLOSED_REMEDY);
    const known =
      typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN
        ? await this.#recognize(token)
        : null;
    // A correct token is never throttled: behind a proxy all callers share one address, and the failures of others must not lock anyone out.
    // Production tokens cannot be guessed.
    if (known) return known;
    const waitMs = this.#tries.waitMs(address);
    if (waitMs > 0) {
      throw new ProblemError(
        'tooMany',
        `Too many wrong tokens; try again in ${Math.ceil(waitMs / 1_000)} s.`,
        {
          retryAfterSeconds: Math.ceil(waitMs / 1_000),
        },
      );
    }
    this.#tries.wrong(address);
    const isGiven = typeof token === 'string' && token !== '';
    throw new ProblemError(
      'unauthenticated',
      isGiven ? 'This token is not valid.' : 'No token was sent: send it as { "token": "…" }.',
    );
  }

  async #recognize(token: string): Promise<Admitted | null> {
    if (this.#operator.matches(token)) return { sub: 'operator', role: 'operator' };
    const caller = await this.#authenticate(token);
    if (caller?.kind === 'operator') return { sub: 'operator', role: 'operator' };
    const expires = caller?.claims['exp'];
    if (caller?.kind !== 'jwt' || typeof expires !== 'number' || expires * 1_000 <= Date.now()) return null;
    if (caller.tenant !== null) {
      throw new ProblemError(
        'forbidden',
        'The console shows all tenants, so nobody who belongs to one can sign in.',
      );
    }
    const sub = caller.subject.slice(0, 256);
    return { sub, role: caller.role === 'operator' ? 'operator' : 'viewer', expires };
  }

  async #authenticate(token: string): Promise<ApiCaller | null> {
    try {
      return (await this.#issuer?.authenticate(token)) ?? null;
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return null;
      throw error;
    }
  }
}
