import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Post, UseGuards, type INestApplication } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { Test } from '@nestjs/testing';
import { ProblemError } from '@nestjs-spark/contracts';
import { AuditStore, AuditTrail, TrailInUse } from '@nestjs-spark/modules/internal';
import { MetricsRegistry, SparkProblemModule } from '@nestjs-spark/observability';
import { Refusals } from '@nestjs-spark/observability/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger, MemoryState } from '@nestjs-spark/testing';
import request from 'supertest';
import { SparkAuthModule } from '../auth.module.ts';
import { ApiGuard } from './api-guard.ts';
import { MinimumRole, Public } from './decorators.ts';

const TOKEN = 'c'.repeat(32);
const CI = { authorization: `Bearer ${TOKEN}` };

@UseGuards(ApiGuard)
@Controller('notes')
class NotesController {
  @Get()
  read(): object {
    return {};
  }

  @Post()
  write(): object {
    throw new ProblemError('forbidden', 'These notes are not yours.');
  }

  @Delete()
  @MinimumRole('operator')
  remove(): object {
    return {};
  }

  @Public()
  @Get('open')
  open(): object {
    throw new ProblemError('unauthenticated', 'Log in.');
  }
}

let app: INestApplication;
const open = async (): Promise<void> => {
  const module = await Test.createTestingModule({
    imports: [SparkProblemModule, SparkAuthModule.forRoot({ tokens: { ci: TOKEN } })],
    controllers: [NotesController],
  }).compile();
  module.useLogger(false);
  app = module.createNestApplication();
  await app.init();
};
const ask = () => request(app.getHttpServer() as Parameters<typeof request>[0]);
const counted = (): Promise<string> =>
  app.get(MetricsRegistry).registry.getSingleMetricAsString('spark_requests_refused_total');

describe('a refusal on a route of the application', () => {
  let audit: AuditStore;
  let trail: AuditTrail;
  beforeEach(async () => {
    await open();
    audit = new AuditStore(new MemoryState());
    const refusals = app.get(Refusals);
    trail = new AuditTrail({ own: 'Fleet', audit, refusals, metrics: null, log: new MemoryLogger() });
    app.get(TrailInUse).join(trail);
  });
  afterEach(() => app.close());

  const entries = async (): Promise<object[]> => {
    await trail.settled();
    return (await audit.newest(0, 10)).entries;
  };

  it('of somebody unknown is in the audit trail, without what was asked', async () => {
    await ask().get('/notes?x=secret').expect(401);
    expect(await entries()).toEqual([
      expect.objectContaining({
        who: null,
        claimed: null,
        method: 'GET',
        path: '/notes',
        decision: 'refused',
        status: 401,
        reason: 'No token was sent: send one as Authorization: Bearer.',
      }),
    ]);
    expect(await counted()).toContain('{status="401"} 1');
  });

  it('says whether a token was sent, and nothing more about it', async () => {
    const detailOf = async (headers: Record<string, string>): Promise<unknown> =>
      (await ask().get('/notes').set(headers).expect(401)).body.detail;
    const none = 'No token was sent: send one as Authorization: Bearer.';
    expect([await detailOf({}), await detailOf({ authorization: 'Basic YTpi' })]).toEqual([none, none]);
    const wrong = ['guess', `${'x'.repeat(9_000)}`, 'a.b.c'].map((token) => ({
      authorization: `Bearer ${token}`,
    }));
    expect(new Set(await Promise.all(wrong.map(detailOf)))).toEqual(
      new Set(['The token is not valid here.']),
    );
  });

  it('of a caller without the role names them so that they pass for nobody else', async () => {
    await ask().delete('/notes').set(CI).expect(403);
    expect(await entries()).toEqual([
      expect.objectContaining({
        who: 'token:ci',
        claimed: 'token:ci',
        method: 'DELETE',
        status: 403,
        reason: 'This needs the role operator; you have the role editor.',
      }),
    ]);
  });

  it('by the handler is counted and recorded once, however many guards there are', async () => {
    await ask().post('/notes').set(CI).expect(403);
    await eventually(async () =>
      expect(await entries()).toEqual([
        expect.objectContaining({ who: 'token:ci', method: 'POST', path: '/notes', status: 403 }),
      ]),
    );
    expect(await counted()).toContain('{status="403"} 1');
  });

  it('of what is not an HTTP request names its handler', async () => {
    const context = new ExecutionContextHost([], NotesController, NotesController.prototype.write);
    context.setType('graphql');
    await expect(app.get(ApiGuard).canActivate(context)).rejects.toThrow('Only HTTP');
    expect(await entries()).toEqual([
      expect.objectContaining({ who: null, method: 'graphql', path: 'NotesController.write', status: 403 }),
    ]);
  });

  it('is not what was allowed, or what a public route answers', async () => {
    await ask().get('/notes').set(CI).expect(200);
    await ask().get('/notes/open').expect(401);
    expect(await entries()).toEqual([]);
  });
});

describe('an application without an audit trail', () => {
  beforeEach(open);
  afterEach(() => app.close());

  it('counts what it refuses', async () => {
    await ask().get('/notes').expect(401);
    await ask().delete('/notes').set(CI).expect(403);
    expect(await counted()).toContain('{status="401"} 1');
    expect(await counted()).toContain('{status="403"} 1');
  });
});
