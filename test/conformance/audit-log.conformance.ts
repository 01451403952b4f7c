import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import type { AuditLogUnderTest, OpenAuditLog } from './adapters/audit-under-test.ts';

function entry(n: number) {
  const at = new Date(1_000 * n).toISOString();
  const decided = { decision: 'refused', status: 403, reason: 'not shared', repeated: 0 };
  return { at, who: 'HR', claimed: 'HR', method: 'POST', path: `/${n}`, ...decided };
}

export function auditLogConformance(adapter: AuditLogUnderTest): void {
  describe(`AuditLog of ${adapter.name}`, () => {
    let open: OpenAuditLog;
    let fleet: AuditLog;

    beforeAll(async () => {
      open = await adapter.open();
      fleet = open.log('Fleet');
      await fleet.add(entry(0));
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      await expect(away.log('Fleet').add(entry(1))).rejects.toThrow(UnavailableError);
      await expect(away.log('Fleet').newest(0, 1)).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('has the newest first, in pages, and counts them, beside those of other modules', async () => {
      const hr = open.log('HR');
      for (let n = 1; n < 40; n++) {
        await fleet.add(entry(n));
        if (n % 3 === 0) await hr.add(entry(n));
      }
      expect(await fleet.newest(0, 3)).toEqual({ entries: [39, 38, 37].map(entry), total: 40 });
      expect(await fleet.newest(20, 2)).toEqual({ entries: [19, 18].map(entry), total: 40 });
      expect(await fleet.newest(38, 10)).toEqual({ entries: [1, 0].map(entry), total: 40 });
      expect(await fleet.newest(40, 10)).toEqual({ entries: [], total: 40 });
      expect((await open.log('HR').newest(0, 50)).entries).toHaveLength(13);
    });

    it('is one for all instances of a module, and empty where nobody asked', async () => {
      expect(await open.log('Fleet').newest(0, 1)).toEqual(await fleet.newest(0, 1));
      expect(await open.log('Sales').newest(0, 1)).toEqual({ entries: [], total: 0 });
    });
  });
}
