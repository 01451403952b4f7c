import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { withSparkRoutes } from '@nestjs-spark/observability/open-api';
import request from 'supertest';
import { DeployController } from '../deploy/deploy.controller.ts';
import type { DeploymentDocument } from '../deploy/plan/deployment-document.ts';
import { PreviewController } from '../preview/preview.controller.ts';
import { SetAsideController } from '../set-aside/set-aside.controller.ts';
import { captureReport, startRequester, Surroundings, type Requester } from './fixtures/requester.ts';
import { DeadLettersController } from './routes/dead-letters.controller.ts';
import { ReplicationController } from './routes/replication.controller.ts';

/** The schemas as clients were generated from them. A new field is added here; nothing is renamed or removed. */
const SCHEMAS: Record<string, string> = {
  ArrivalHandler: 'active errors lastError name position setAside state telling tellingSince told',
  AttemptAnswer: 'at error number',
  DeadLetterAnswer:
    'attempts collections command failedAt id outcome owner payloadKept publishedAt revision subject unanswered',
  DeploymentAnswer: 'revision success tasks tasksCreated tasksRemoved tasksUpdated',
  EtlScriptItemBody: 'idPrefix name script sourceCollection',
  EtlScriptRequestBody: 'requestingModule revision scripts targetDatabase targetUrls',
  FreshnessAnswer: 'appliedEtag behindMs complete databaseId sourceEtag sourceReachable',
  IncomingTask:
    'active behindMs carriedBy collection complete databaseId documentsApplied documentsDeleted engine errors generation ' +
    'generationStartedAt incompleteBecause lag lastChangeAt lastError name owner position reason refused setAside since ' +
    'sourceEtag stalledBecause state',
  OutgoingTask:
    'active behindMs carriedBy collection complete confirmedEtag deletes documentsRead documentsTotal engine engineReason ' +
    'errors generation generationStartedAt lag lastChangeAt lastError name position reason requester setAside since sourceEtag state',
  OwnerRequest:
    'attempts collections engines failedAt lastError nextAttemptAt outcome owner problem revision state',
  PreviewAnswer: 'owner requestingModule scripts',
  PreviewBody: 'documents prefer requestingModule sample scripts source targetDatabase targetUrls',
  PreviewSummaryAnswer:
    'changedCopies copied documents failed filtered goneCopies missing newCopies sameCopies skipped',
  PreviewedDocumentAnswer: 'against commands cut failure id source status',
  PreviewedScriptAnswer: 'collection documents name running summary targets warnings',
  RefusedMessage: 'at reason sequence',
  ReplayAnswer: 'id outcome',
  ReplicationAnswer: 'engine engineReason handlers incoming module outgoing requests',
  ResyncAnswer: 'tasks',
  RetriedTaskAnswer: 'direction documents module task',
  RetryAnswer: 'tasks',
  RetryBody: 'documents module task',
  RunningScriptAnswer: 'collection deployedAt fingerprint generation revision script',
  SetAsideAnswer: 'groups items skip take tasks total',
  SetAsideGroupAnswer: 'count direction kind line module reason task',
  SetAsideItemAnswer:
    'collection column copyId count direction documentId etag firstAt kind lastAt line module reason script task',
  SetAsideTaskAnswer: 'collection count direction module notListed retrying task',
  SourceAnswer: 'databaseId sourceEtag witness',
  TaskAnswer: 'collection engine name state warnings',
  TaskReason: 'code collection owner text',
  WitnessAnswer: 'marks number',
};

async function describeApi(): Promise<OpenAPIObject> {
  const module = await Test.createTestingModule({
    controllers: [
      DeployController,
      PreviewController,
      SetAsideController,
      ReplicationController,
      DeadLettersController,
    ],
  })
    .useMocker(() => ({}))
    .compile();
  const app = module.createNestApplication({ logger: false });
  return withSparkRoutes(() => SwaggerModule.createDocument(app, new DocumentBuilder().build()));
}

function fieldsOf({ components }: OpenAPIObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(components?.schemas ?? {}).map(([name, schema]) => {
      const properties = 'properties' in schema ? schema.properties : {};
      return [
        name,
        Object.keys(properties ?? {})
          .toSorted()
          .join(' '),
      ];
    }),
  );
}

describe('the OpenAPI document', () => {
  let requester: Requester;
  let around: Surroundings;

  beforeEach(async () => {
    around = new Surroundings();
    requester = await startRequester(around);
  });
  afterEach(() => requester.app.close());

  it('keeps the names of schemas and fields', async () => {
    expect(fieldsOf(await describeApi())).toEqual(SCHEMAS);
  });

  it('names every field of a task that is answered, and none that is not', async () => {
    around.capture.running = [captureReport()];
    const task = { name: 'People', collection: 'People', script: '', fingerprint: 'f' };
    const deployment: DeploymentDocument = {
      requester: 'Sales',
      engine: 'stream',
      revision: 1,
      target: null,
      tasks: [{ ...task, generation: 2, carriedOut: 2 }],
      ended: [],
      deployedAtUtc: '',
    };
    await around.state.write('sparkDeployments/Sales', 'SparkDeployments', deployment, null);
    const { body } = await request(requester.server)
      .get('/spark/replication')
      .set('authorization', 'Bearer operators-only')
      .expect(200);
    const answered = (one: object) => Object.keys(one).toSorted().join(' ');
    expect(body.incoming.map(answered)).toEqual([SCHEMAS['IncomingTask']]);
    expect(body.outgoing.map(answered)).toEqual([SCHEMAS['OutgoingTask']]);
  });
});
