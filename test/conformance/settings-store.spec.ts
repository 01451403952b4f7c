import { describe } from '@jest/globals';
import { describeWithOpenBao, describeWithServers } from '@nestjs-spark/servers/testing';
import {
  consulSettings,
  jetstreamSettings,
  memorySettings,
  vaultSettings,
} from './adapters/settings-under-test.ts';
import { settingsStoreConformance } from './settings-store.conformance.ts';

describe('conformance in memory', () => settingsStoreConformance(memorySettings));
// Consul is not available here: what answers is a server written to its documented HTTP contract.
describe('conformance of what is written to the contract of Consul', () =>
  settingsStoreConformance(consulSettings));
describeWithServers(['nats'], 'conformance of JetStream', () => settingsStoreConformance(jetstreamSettings));
await describeWithOpenBao([], 'conformance of Vault', () => settingsStoreConformance(vaultSettings));
