import { ProblemError, defineProblem } from '@nestjs-spark/contracts';
import { nameKey, toList } from '@nestjs-spark/foundation/internal';

/** A console that a module does not admit. Name it in `SPARK_CONSOLES` there. */
const NOT_PERMITTED = defineProblem('notPermitted', {
  title: 'This module does not admit that console',
  status: 403,
});

/** Which consoles may ask this module in the name of their users. */
export class Consoles {
  readonly #own: string;
  readonly #named: ReadonlySet<string> | null;

  /** @param named the consoles' names; null: every console on this machine */
  constructor(own: string, named: readonly string[] | null) {
    this.#own = own;
    this.#named = named && new Set(named.map(nameKey));
  }

  /** `SPARK_CONSOLES`; without it none in production, and otherwise every console on this machine. */
  static from(
    own: string,
    environment: Readonly<Record<string, string | undefined>>,
    production: boolean,
  ): Consoles {
    const text = environment['SPARK_CONSOLES'];
    return new Consoles(own, text === undefined && !production ? null : toList(text ?? ''));
  }

  /**
   * @param address where the request comes from
   * @throws {ProblemError} `notPermitted` (403) with the remedy
   */
  require(console: string, address: string | undefined): void {
    const admitted = this.#named
      ? this.#named.has(nameKey(console)) || nameKey(console) === nameKey(this.#own)
      : isLoopback(address);
    if (admitted) return;
    throw new ProblemError(
      NOT_PERMITTED,
      `${this.#own} does not let this console in. Add ${console} to SPARK_CONSOLES there.`,
    );
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address ?? '');
}
