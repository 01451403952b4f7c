import { ProblemError, defineProblem } from '@nestjs-spark/contracts';
import { nameKey, toList } from '@nestjs-spark/foundation/internal';

/** The module does not admit this console. Name it in the module's `SPARK_CONSOLES`. */
const NOT_PERMITTED = defineProblem('notPermitted', {
  title: 'This module does not admit that console',
  status: 403,
});

/** The consoles that may act in the name of their users at this module. */
export class Consoles {
  readonly #own: string;
  readonly #admitted: ReadonlySet<string>;

  /** @param named the consoles' names; one mounted in this module needs no entry */
  constructor(own: string, named: readonly string[]) {
    this.#own = own;
    this.#admitted = new Set([own, ...named].map(nameKey));
  }

  /** Those in `SPARK_CONSOLES`, in development too: otherwise any module could make itself an operator. */
  static from(own: string, environment: Readonly<Record<string, string | undefined>>): Consoles {
    return new Consoles(own, toList(environment['SPARK_CONSOLES'] ?? ''));
  }

  /** @throws {ProblemError} `notPermitted` (403) with the remedy */
  require(console: string): void {
    if (this.#admitted.has(nameKey(console))) return;
    throw new ProblemError(
      NOT_PERMITTED,
      `${this.#own} does not let this console in. Add ${console} to SPARK_CONSOLES there.`,
    );
  }
}
