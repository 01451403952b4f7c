import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MemoryState, MemoryRegistry } from '@nestjs-spark/testing';
import { AuditStore } from './audit/audit-store.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { TrailInUse } from './audit/trail-in-use.ts';
import { SparkIdentityModule } from './identity.module.ts';

const REFUSED = { status: 401, method: 'GET', path: '/api/jobs', claimed: null } as const;
const NOBODY = { who: null, reason: 'no token' };

let folder: string;
let app: INestApplication;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'spark-identity-'))));
afterEach(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

function identityOf(moduleName: string, state: MemoryState) {
  return SparkIdentityModule.forRootAsync({
    useFactory: () => ({
      moduleName,
      moduleUrl: '',
      keysDir: folder,
      production: false,
      trustedKeys: new Map(),
      operatorToken: null,
      registry: new MemoryRegistry(),
      state,
    }),
  });
}

it('What is refused outside of /spark is kept in the trail of the identity, of the first where there are several', async () => {
  const states = [new MemoryState(), new MemoryState()];
  const imports = states.map((state, at) => identityOf(`Fleet${at}`, state));
  const module = await Test.createTestingModule({ imports }).compile();
  module.useLogger(false);
  app = await module.createNestApplication().init();
  app.get(TrailInUse, { strict: false }).refused(REFUSED, NOBODY);
  for (const trail of app.get(AuditTrail, { strict: false, each: true })) await trail.settled();
  const kept = await Promise.all(
    states.map(async (state) => (await new AuditStore(state).newest(0, 9)).entries),
  );
  expect(kept.flat()).toEqual([
    expect.objectContaining({ path: '/api/jobs', status: 401, reason: 'no token' }),
  ]);
});
