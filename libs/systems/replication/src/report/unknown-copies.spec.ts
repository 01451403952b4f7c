import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Module, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { PROBLEMS, ProblemError, type ProblemKind } from '@nestjs-spark/contracts';
import { applyReport, startRequester, Surroundings, type Requester } from './fixtures/requester.ts';
import { CopyCheck } from './health/checks.ts';
import { ReplicationStatus } from './replication-status.ts';
import { NOT_SHARED } from '../problems/problems.ts';

describe('freshness of what is not kept here', () => {
  let requester: Requester | null = null;
  let app: INestApplication | null = null;
  afterEach(async () => {
    await Promise.all([requester?.app.close(), app?.close()]);
  });

  /** An application's own controller, with no filter of Spark's around it. */
  async function applicationWith(status: object): Promise<INestApplication> {
    @Controller('mine')
    class Mine {
      constructor(@Inject(ReplicationStatus) private readonly copies: Pick<ReplicationStatus, 'freshness'>) {}

      @Get()
      show(): Promise<unknown> {
        return this.copies.freshness('Orders', 'Ordres');
      }
    }
    @Module({ controllers: [Mine], providers: [{ provide: ReplicationStatus, useValue: status }] })
    class Own {}
    const module = await Test.createTestingModule({ imports: [Own] }).compile();
    app = module.createNestApplication({ logger: false });
    return app.init();
  }

  it('is 404 by the route and in an application’s own controller, and names what is kept', async () => {
    requester = await startRequester();
    const path = '/spark/replication/Orders/Ordres/freshness';
    const { body } = await request(requester.server)
      .get(path)
      .set('authorization', 'Bearer operators-only')
      .expect(404);
    const said = 'This module keeps no copies of Orders/Ordres. It keeps copies of Fleet/Cars.';
    expect(body).toMatchObject({ type: 'urn:spark:problem:not-found', detail: said });
    const own = await applicationWith(requester.app.get(ReplicationStatus));
    const answer = await request(own.getHttpServer()).get('/mine').expect(404);
    expect(answer.body).toMatchObject({ statusCode: 404, message: said });
  });

  it('says what to do where nothing is declared at all', async () => {
    requester = await startRequester(undefined, []);
    await expect(requester.app.get(ReplicationStatus).freshness('Orders', 'Orders')).rejects.toThrow(
      /Nothing is declared: name the class with @Replicated\(\) in forFeature/,
    );
  });

  it.each<[ProblemKind, number, boolean]>([
    [NOT_SHARED, 403, true],
    [PROBLEMS.unavailable, 503, false],
    [PROBLEMS.unexpected, 500, false],
  ])(
    '%j has its status for every framework, and its words where they are for the caller',
    (kind, status, expose) => {
      expect(new ProblemError(kind, 'words')).toMatchObject({ status, statusCode: status, expose });
    },
  );
});

describe('health of copies of which some are set aside', () => {
  it('is ready and says how many', async () => {
    const around = new Surroundings();
    around.reports = [applyReport({ setAside: 3 })];
    const requester = await startRequester(around);
    const [task] = requester.app.get(ReplicationStatus).tasksOf('Fleet', 'Cars');
    const found = new CopyCheck({ tasksOf: () => (task ? [task] : []) }, 'Fleet', 'Cars').look();
    await requester.app.close();
    expect(found).toMatchObject({ ready: task?.complete, detail: expect.stringMatching(/; 3 set aside$/) });
  });
});
