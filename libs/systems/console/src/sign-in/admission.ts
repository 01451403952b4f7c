import { ProblemError } from '@nestjs-spark/contracts';
import type { ApiAuthentication } from '@nestjs-spark/auth';
import type { OperatorToken } from '@nestjs-spark/modules/internal';
import { CLOSED } from '../settings/problems.ts';
import type { Session } from './sessions.ts';
import { Tries } from './tries.ts';

const LONGEST_TOKEN = 16_384;

/** Decides who may sign in: with the operator token, or with a JWT of the application's issuer. */
export class Admission {
  readonly #operator: OperatorToken;
  readonly #issuer: ApiAuthentication | null;
  readonly #tries = new Tries();

  constructor(operator: OperatorToken, issuer: ApiAuthentication | null) {
    this.#operator = operator;
    this.#issuer = issuer;
  }

  /** Whether anybody can sign in at all. An API that is open to everybody admits nobody here. */
  get isClosed(): boolean {
    return !this.#operator.open && this.#issuer === null;
  }

  /** @throws {ProblemError} `unauthenticated` (401), `tooMany` (429), or `consoleClosed` (401) with the remedy */
  async admit(token: unknown, address: string): Promise<Pick<Session, 'sub' | 'role'>> {
    if (this.isClosed) {
      throw new ProblemError(
        CLOSED,
        'Nobody can sign in here: set SPARK_OPERATOR_TOKEN, or import SparkAuthModule with an issuer.',
      );
    }
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
    const known =
      typeof token === 'string' && token !== '' && token.length <= LONGEST_TOKEN
        ? await this.#recognize(token)
        : null;
    if (known) return known;
    this.#tries.wrong(address);
    throw new ProblemError('unauthenticated', 'This token is not valid.');
  }

  async #recognize(token: string): Promise<Pick<Session, 'sub' | 'role'> | null> {
    if (this.#operator.matches(token)) return { sub: 'operator', role: 'operator' };
    try {
      const caller = await this.#issuer?.authenticate(token);
      if (caller?.kind === 'operator') return { sub: 'operator', role: 'operator' };
      if (caller?.kind !== 'jwt') return null;
      const sub = caller.subject.slice(0, 256);
      return { sub, role: caller.role === 'operator' ? 'operator' : 'viewer' };
    } catch (error) {
      if (error instanceof ProblemError && error.status < 500) return null;
      throw error;
    }
  }
}
