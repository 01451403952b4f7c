import { describeWithServers } from '@nestjs-spark/servers/testing';
import { jetstreamLeases, memoryLeases } from './adapters/bus-under-test.ts';
import { leaseKeeperConformance } from './lease-keeper.conformance.ts';

for (const leases of [jetstreamLeases, memoryLeases]) {
  describeWithServers(leases.needs, `conformance of ${leases.name}`, () => leaseKeeperConformance(leases));
}
