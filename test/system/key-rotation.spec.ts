import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { run } from '@nestjs-spark/cli';
import type { KeyView } from '@nestjs-spark/modules/internal';
import { carDocument } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import type { World } from '../support/world.ts';

describeOn([SQLITE], 'HR changes its key', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('key-rotation', pair, 20));
  });
  afterAll(() => world?.end());

  const keys = async (line: string): Promise<string> =>
    (await run(['keys', ...line.split(' ')], { SPARK_KEYS_DIR: world.keysDir })).text;
  const knownToFleet = async (): Promise<KeyView | undefined> =>
    (await fleet.operate<KeyView[]>('/spark/keys')).body.find(({ module }) => module === 'HR');
  const restartHr = async (): Promise<void> => {
    await hr.process.stop();
    await hr.startReady();
  };
  const isDeployed = async (): Promise<boolean> => {
    const { body } = await hr.operate<{ requests: { state: string }[] }>('/spark/replication');
    return body.requests[0]?.state === 'deployed';
  };
  const goesOn = async (id: string): Promise<void> => {
    await fleet.database.put(id, carDocument(3));
    await documentIs(hr.database, id, { Model: 'Model 3' });
    await hr.until('asking with success', isDeployed);
  };
  const thumbprint = (text: string): string => /HR=([\w-]{43})/.exec(text)?.[1] ?? '';

  it('in two steps, and nobody has to approve anything', async () => {
    const old = thumbprint(await keys('show HR'));
    await keys('rotate HR');
    await restartHr();
    await fleet.until('told of the next key', async () => (await knownToFleet())?.trusted.length === 2);
    await keys('rotate HR --finish');
    const fresh = thumbprint(await keys('show HR'));
    await restartHr();
    await goesOn('cars/rotated');
    await fleet.until('using the new key', async () => (await knownToFleet())?.trusted[0] === fresh);
    expect((await knownToFleet())?.trusted).toEqual([fresh, old]);
    expect(JSON.stringify((await hr.operate('/spark/dead-letters')).body)).toBe('[]');
  });

  it('to one that nobody knows: Fleet refuses it until an operator has approved it', async () => {
    await hr.process.stop();
    await rm(join(world.keysDir, 'HR.jwk.json'));
    const stranger = thumbprint(await keys('make HR'));
    hr.start();
    await fleet.until('in doubt', async () => {
      const view = await knownToFleet();
      return view?.waitsForApproval === true && view.registered === stranger;
    });
    await hr.until('refused', async () =>
      /401/.test(JSON.stringify((await hr.operate('/spark/replication')).body)),
    );
    const token = hr.operatorToken;
    const way = `--module Fleet --url ${fleet.url} --token ${token}`;
    expect(await keys(`show ${way}`)).toContain(`keys approve HR=${stranger} --module Fleet`);
    expect(await keys(`approve HR=${stranger} ${way}`)).toContain('Fleet now trusts the key');
    await hr.process.stop();
    await hr.startReady();
    await goesOn('cars/approved');
  });

  endsClean(() => [fleet, hr]);
});
