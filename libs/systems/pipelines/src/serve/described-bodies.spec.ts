import { expect, it } from '@jest/globals';
import { readDefinition } from '../definition/read-definition.ts';
import { EXAMPLE } from './described-bodies.ts';

it('The definition that OpenAPI shows is accepted', () => {
  expect(readDefinition(JSON.stringify(EXAMPLE))).toMatchObject({ pipelineId: EXAMPLE.pipelineId });
});
