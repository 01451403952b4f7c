import { afterEach, expect, it, jest } from '@jest/globals';
import { StartLogger } from './start-logger.ts';

afterEach(() => void jest.restoreAllMocks());

it('A start that fails is told by the app alone, and a fault of the code with its stack', () => {
  const said: string[] = [];
  const hear = (text: unknown): boolean => said.push(String(text)) > 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(hear);
  jest.spyOn(process.stderr, 'write').mockImplementation(hear);
  const logger = new StartLogger();
  logger.error(new Error('Unknown store "mongo"'), 'ExceptionHandler');
  logger.error(new Error('listen EADDRINUSE'), 'stack', 'NestApplication');
  expect(said).toEqual([]);
  logger.error(new TypeError('x is not a function'), 'ExceptionHandler');
  logger.error('something else', 'Fleet');
  expect(said.join('')).toMatch(/x is not a function[^]*something else/);
});
