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
  readonly #admitted: ReadonlySet<string>;

  /** @param named the consoles' names; one that is mounted in the module needs none */
  constructor(own: string, named: readonly string[]) {
    this.#own = own;
    this.#admitted = new Set([own, ...named].map(nameKey));
  }

  /** Those in `SPARK_CONSOLES`, in development too: any module could otherwise make itself an operator there. */
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
