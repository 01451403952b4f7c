import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SparkBus } from '@nestjs-spark/bus';
import type { LogPlace, ModuleRegistry, StateStore } from '@nestjs-spark/contracts/internal';
import type { IdentityOptions } from '@nestjs-spark/modules/internal';
import { testServers } from '@nestjs-spark/servers/testing';

const name = `Tally${randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), 'spark-tally-'));
const stream = { name: `TEST_${name}`, subjects: `test.${name}.>`, description: 'Votes of a test' };

/** One of each per test run, so that runs do not meet. */
export const settings = {
  name,
  folder,
  stream,
  question: 'lunch',
  event: `${name}.voted`,
  operatorToken: randomUUID(),
  natsUrl: testServers().natsUrl,
  store: { store: `sqlite:${join(folder, 'tally.db')}`, moduleName: name } as const,
  placeOf: (question: string): LogPlace => ({ stream: stream.name, subject: `test.${name}.${question}` }),
};

export function identityOf(
  ofStore: ModuleRegistry | null,
  state: StateStore,
  bus: SparkBus,
): IdentityOptions {
  return {
    moduleName: name,
    moduleUrl: '',
    keysDir: join(folder, 'keys'),
    production: false,
    trustedKeys: new Map(),
    operatorToken: settings.operatorToken,
    registry: ofStore ?? bus.registry,
    state,
    ledger: bus.tokens,
  };
}
