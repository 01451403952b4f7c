import type { Server } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { Module, type INestApplication } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import { ADMIT_PROVIDERS, AuditTrail, OperatorToken, TokenVerifier } from '@nestjs-spark/modules/internal';
import request from 'supertest';
import { CentralSettings } from '../refresh/central-settings.ts';
import { SettingsController, START_ONLY } from './settings.controller.ts';

const asked: (number | null)[] = [];
const central = {
  live: new LiveSettings({}, { options: {}, environment: {} }),
  current: { version: 3, values: {} },
  history: [],
  rollBack: async (version: number | null) => {
    asked.push(version);
    return { values: {} };
  },
};

@Module({
  imports: [DiscoveryModule],
  controllers: [SettingsController],
  providers: [
    ...ADMIT_PROVIDERS,
    { provide: OperatorToken, useValue: new OperatorToken('operator') },
    { provide: TokenVerifier, useValue: {} },
    { provide: AuditTrail, useValue: { explain() {}, answered() {}, reasonOf: () => null } },
    { provide: CentralSettings, useValue: central },
    { provide: START_ONLY, useValue: {} },
  ],
})
class SettingsOnly {}

let app: INestApplication;
afterEach(() => app?.close());

it('A rollback without a body, or with only white space, goes to the version before, as with an empty object', async () => {
  const module = await Test.createTestingModule({ imports: [SettingsOnly] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.init();
  const server = app.getHttpServer() as Server;
  const rollBack = () =>
    request(server).post('/spark/settings/rollback').auth('operator', { type: 'bearer' });
  await rollBack().expect(200);
  await rollBack().send({}).expect(200);
  await rollBack().send({ version: 2 }).expect(200);
  await rollBack().set('content-type', 'application/json').send(' \r\n').expect(200);
  expect(asked).toEqual([null, null, 2, null]);
  await rollBack().send({ to: 2 }).expect(400);
  await rollBack().set('content-type', 'application/json').send('{').expect(400);
});
