import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { TokenLedger } from '@nestjs-spark/contracts/internal';
import type { LedgerUnderTest, OpenLedger } from './adapters/ledger-under-test.ts';

export function tokenLedgerConformance(adapter: LedgerUnderTest): void {
  describe(`TokenLedger of ${adapter.name}`, () => {
    let open: OpenLedger;
    let ledger: TokenLedger;

    beforeAll(async () => {
      open = await adapter.open();
      ledger = open.ledger();
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      await expect(away.ledger().spend('HR', 'a')).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('knows a token again, at this instance and at another', async () => {
      expect(await ledger.spend('HR', 'one')).toBe(true);
      expect(await ledger.spend('HR', 'one')).toBe(false);
      expect(await open.ledger().spend('hr', 'one')).toBe(false);
    });

    it('takes any text for an id, and tells issuers and ids apart', async () => {
      for (const jti of ['two', 'Two', 'two ', 'two.*', '>', 'ä'.repeat(128)])
        expect(await ledger.spend('HR', jti)).toBe(true);
      expect(await ledger.spend('Sales', 'two')).toBe(true);
    });

    it('has one first of all that come in the same moment', async () => {
      const instances = Array.from({ length: 5 }, () => open.ledger());
      const spent = await Promise.all(instances.map((instance) => instance.spend('HR', 'same')));
      expect(spent.filter((isFirst) => isFirst)).toHaveLength(1);
    });
  });
}
