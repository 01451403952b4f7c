import { describeWithServers } from '@nestjs-spark/servers/testing';
import { jetstreamLog, memoryLog } from './adapters/bus-under-test.ts';
import { changeLogConformance } from './change-log.conformance.ts';

for (const log of [jetstreamLog, memoryLog]) {
  describeWithServers(log.needs, `conformance of ${log.name}`, () => changeLogConformance(log));
}
