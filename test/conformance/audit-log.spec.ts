import { describeWithServers } from '@nestjs-spark/servers/testing';
import { jetstreamAudit, storedAudit } from './adapters/audit-under-test.ts';
import { auditLogConformance } from './audit-log.conformance.ts';

for (const log of [jetstreamAudit, storedAudit]) {
  describeWithServers(log.needs, `conformance of the audit log of ${log.name}`, () =>
    auditLogConformance(log),
  );
}
