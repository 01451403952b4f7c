import { describeWithServers } from '@nestjs-spark/servers/testing';
import { jetstreamLedger, memoryLedger } from './adapters/ledger-under-test.ts';
import { tokenLedgerConformance } from './token-ledger.conformance.ts';

for (const ledger of [jetstreamLedger, memoryLedger]) {
  describeWithServers(ledger.needs, `conformance of ${ledger.name}`, () => tokenLedgerConformance(ledger));
}
