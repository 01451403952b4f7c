import { afterEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { EtlDeploymentResult, EtlScriptItem } from '@nestjs-spark/contracts';
import type { ChangeSource, SourceChange } from '@nestjs-spark/contracts/internal';
import { startOwner, type Owner, type OwnerWishes } from './fixtures/owner.ts';

let owner: Owner;
afterEach(() => owner.app.close());

async function deploy(scripts: EtlScriptItem[], wishes: OwnerWishes = {}): Promise<EtlDeploymentResult> {
  owner = await startOwner(wishes);
  return ask(scripts).then(({ body }) => body as EtlDeploymentResult);
}

function ask(scripts: EtlScriptItem[]) {
  const body = {
    requestingModule: 'HR',
    targetDatabase: 'SparkHR',
    targetUrls: ['http://hr-db:8080'],
    scripts,
  };
  return request(owner.server)
    .post('/spark/etl/deploy')
    .set('authorization', 'Bearer token.of.HR')
    .send(body);
}

function feedOf(documents: object[]): Pick<ChangeSource, 'identify' | 'read'> {
  const changes = documents.map((document, at): SourceChange => {
    const json = Buffer.from(JSON.stringify(document));
    return { kind: 'put', id: `cars/${at}`, collection: 'Cars', etag: at + 1, copyOf: null, json };
  });
  return {
    identify: async () => ({ databaseId: 'db', lastEtag: changes.length, witness: null }),
    read: async () => ({ changes, to: changes.length, drained: true, deletes: Promise.resolve() }),
  } as unknown as Pick<ChangeSource, 'identify' | 'read'>;
}

const misspelled = { sourceCollection: 'Cars', script: 'loadToCars({ Plate: this.licensePlate });' };

describe('a script that reads what no document has', () => {
  it('is deployed, and the answer and the log say so', async () => {
    const feed = feedOf([{ LicensePlate: 'A' }, { LicensePlate: 'B' }]);
    const { success, tasks } = await deploy([misspelled], { feed });
    expect(success).toBe(true);
    expect(tasks).toMatchObject([
      { warnings: ['`licensePlate`: 0 of 2 documents have it; did you mean `LicensePlate`?'] },
    ]);
    expect((await ask([misspelled])).body.tasks[0].warnings).toHaveLength(1);
  });

  it.each<[string, Pick<ChangeSource, 'identify' | 'read'> | undefined]>([
    ['the collection is empty', feedOf([])],
    ['some document has it', feedOf([{ LicensePlate: 'A' }, { licensePlate: 'B' }])],
    ['the database cannot be looked at', undefined],
  ])('is not spoken of where %s', async (_, feed) => {
    const { success, tasks } = await deploy([misspelled], feed ? { feed } : {});
    expect(success).toBe(true);
    expect(tasks[0]).not.toHaveProperty('warnings');
  });
});

describe('a script with a prefix of ids', () => {
  const plain = { sourceCollection: 'Cars', script: 'loadToCars({ A: this.A });' };

  it('is carried with it, and another prefix is another generation', async () => {
    await deploy([{ ...plain, idPrefix: 'fleet/' }]);
    expect(owner.capture.assigned.get('HR')).toMatchObject([{ idPrefix: 'fleet/', generation: 1 }]);
    expect((await ask([{ ...plain, idPrefix: 'fleet/' }])).body).toMatchObject({ tasksUpdated: 0 });
    expect((await ask([{ ...plain, idPrefix: 'f/' }])).body).toMatchObject({ tasksUpdated: 1 });
    expect(owner.capture.assigned.get('HR')).toMatchObject([{ idPrefix: 'f/', generation: 2 }]);
    expect((await ask([plain])).body).toMatchObject({ tasksUpdated: 1 });
    expect(owner.capture.assigned.get('HR')?.[0]).not.toHaveProperty('idPrefix');
  });

  it("is not given to RavenDB's own ETL, which would write the ids as they are", async () => {
    const { tasks } = await deploy([{ ...plain, idPrefix: 'fleet/' }], { hasRavenEtl: true });
    expect(tasks).toMatchObject([{ engine: 'stream' }]);
    await owner.app.close();
    owner = await startOwner({ hasRavenEtl: true, settings: { engine: 'etl' } });
    const refused = await ask([{ ...plain, idPrefix: 'fleet/' }]).expect(422);
    expect(refused.body.errors).toMatchObject([{ pointer: '/scripts/0/idPrefix' }]);
  });

  it.each(['/', 'no-sign-at-the-end', '../', 'a b/', 7])('is refused where it is %p', async (idPrefix) => {
    await deploy([]);
    await ask([{ ...plain, idPrefix } as EtlScriptItem]).expect(400);
  });
});

describe('a set with a collection that is not shared', () => {
  it('says once what is missing, that nothing of it is deployed, and the remedy', async () => {
    await deploy([]);
    const scripts = [misspelled, { sourceCollection: 'Salaries', script: 'loadToSalaries({ A: this.A });' }];
    const { body } = await ask(scripts).expect(403);
    expect(body.detail).toBe(
      'Salaries is not shared with HR. Nothing of this request was deployed; 1 other script waits for it. ' +
        'The owner has to name HR in @Shared({ with: [...] }), or the declaration has to be removed.',
    );
  });
});
