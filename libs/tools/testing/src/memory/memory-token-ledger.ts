import { UnavailableError, type TokenLedger } from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';

/** Used tokens in memory. `away` makes it behave as if its server were unreachable. */
export class MemoryTokenLedger implements TokenLedger {
  away = false;
  readonly #used = new Set<string>();

  async spend(issuer: string, jti: string): Promise<boolean> {
    if (this.away) throw new UnavailableError('The ledger cannot be reached');
    const token = JSON.stringify([nameKey(issuer), jti]);
    const isFirst = !this.#used.has(token);
    this.#used.add(token);
    return isFirst;
  }
}
