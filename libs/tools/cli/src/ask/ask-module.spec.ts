import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isListOf, isObjectOf, isText, type Guard } from '@nestjs-spark/foundation/internal';
import { CliError } from '../cli-error.ts';
import { askModule, explain } from './ask-module.ts';
import type { Way } from './way.ts';

interface Done {
  done: string[];
}

const isDone: Guard<Done> = isObjectOf({ done: isListOf(isText()) });

describe('A module that is asked as an operator', () => {
  let server: Server;
  let way: Way;
  let asked: string[];
  /** What it says of itself; null for a version that says nothing. */
  let itself: string | null;
  let answer: unknown;
  let breaksOff: boolean;

  beforeEach(async () => {
    asked = [];
    itself = 'Fleet';
    answer = { done: ['it'] };
    breaksOff = false;
    server = createServer((request, response) => {
      request.resume();
      asked.push(`${request.method} ${request.url}`);
      const isWho = request.url === '/spark/self-check';
      if (isWho && itself === null) response.statusCode = 405;
      if (!isWho && breaksOff) return cutOff(response);
      response.end(JSON.stringify(isWho ? { module: itself, keyId: 'k' } : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    way = { module: 'HR', url, credential: { kind: 'operator', token: 't' }, json: false };
  });
  afterEach(() => void server.close());

  const set = (module: string) =>
    askModule<Done>({ ...way, module }, { method: 'POST', path: '/spark/settings', body: {} }, isDone);

  it('is changed only when it is the one that was named', async () => {
    await expect(set('HR')).rejects.toThrow(/^Fleet answers at http.*, not HR\. Nothing was done: .*--url/);
    expect(asked).toEqual(['GET /spark/self-check']);
    expect(await set('fleet')).toEqual(answer);
  });

  it('is asked who it is once', async () => {
    await set('Fleet');
    await set('Fleet');
    expect(asked.filter((one) => one.includes('self-check'))).toHaveLength(1);
  });

  it('is believed where its version does not say who it is', async () => {
    itself = null;
    expect(await set('HR')).toEqual(answer);
  });

  it.each([{}, [], null, 'done', { done: 'it' }, { done: [null] }])(
    'is taken for another application when it answers %j, with which the command would fail',
    async (said) => {
      answer = said;
      await expect(set('Fleet')).rejects.toThrow(
        /answers 200, but not as Fleet does: another application .* --url/,
      );
      await expect(set('Fleet')).rejects.toThrow(CliError);
    },
  );

  it('may have done what was asked for when its answer breaks off, and a question may be asked again', async () => {
    breaksOff = true;
    await expect(set('Fleet')).rejects.toThrow(/broke off \(ECONNRESET\)\. .* may have been done/);
    const question = askModule<Done>({ ...way, module: 'Fleet' }, { method: 'GET', path: '/spark' }, isDone);
    await expect(question).rejects.toThrow(/broke off \(ECONNRESET\)\. Try again/);
    await expect(question).rejects.toThrow(CliError);
  });
});

function cutOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"done":', () => response.destroy());
}

describe('An explained refusal', () => {
  const way: Way = { module: 'HR', url: null, credential: { kind: 'operator', token: 't' }, json: false };
  const type = 'urn:spark:problem:not-found';

  it.each([
    { title: 'Bad', errors: { name: ['is missing'] } },
    { title: 'Bad', errors: [null, 'no', { pointer: 5 }], type: 5, detail: { a: 1 } },
    { title: 'Bad', errors: 'many' },
  ])('has no more than the title where another application has errors of another form: %j', (said) => {
    expect(explain(way, 400, said)).toBe('HR: Bad');
  });

  it('says what a handler did not find, and no more', () => {
    const detail = 'There is no version 9 of the settings.';
    expect(explain(way, 404, { type, detail })).toBe(`HR: ${detail}`);
  });

  it('of a path that nothing has asks whether this is the module', () => {
    for (const answer of [undefined, { type, detail: 'Cannot GET /spark/settings' }, { message: 'no' }])
      expect(explain(way, 404, answer)).toMatch(/Is this HR/);
  });
});
