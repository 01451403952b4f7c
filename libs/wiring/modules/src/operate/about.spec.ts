import { expect, it } from '@jest/globals';
import { HealthChecks, ModuleFacts } from '@nestjs-spark/observability/internal';
import { AboutController } from './about.controller.ts';

it('An application whose systems tell no version of it, such as one of replicas, has that of its package.json', async () => {
  const facts = new ModuleFacts(new HealthChecks());
  const self = { moduleName: 'Notes', moduleUrl: '' };
  const about = new AboutController(self, facts);
  expect((await about.show()).version).toMatch(/^\d+\.\d+\.\d+/);
  facts.add(() => ({ version: '7.1' }));
  expect((await about.show()).version).toBe('7.1');
});
