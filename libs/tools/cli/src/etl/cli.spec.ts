import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { PreviewResult } from '@nestjs-spark/replication/internal';
import { explain } from '../ask/ask-module.ts';
import type { Way } from '../ask/way.ts';
import { CliError } from '../cli-error.ts';
import { diffFields } from './diff-fields.ts';
import { parseCommand } from './parse-command.ts';
import { isGood, renderPreview } from './render-preview.ts';
import { renderRetried, renderSetAside } from './render-set-aside.ts';

const words = (line: string) => line.split(' ');
const preview = 'preview --module Fleet --collection Cars --script cars.js';

describe('a command', () => {
  it('is asked as operator with the token of the environment, or as a module with its key', () => {
    expect(parseCommand(words(`${preview} --for HR`), { SPARK_OPERATOR_TOKEN: 'secret' })).toMatchObject({
      kind: 'preview',
      module: 'Fleet',
      requester: 'HR',
      credential: { kind: 'operator', token: 'secret' },
    });
    expect(parseCommand(words(`${preview} --as HR`), { SPARK_OPERATOR_TOKEN: 'secret' })).toMatchObject({
      requester: 'HR',
      credential: { kind: 'module', name: 'HR', keysDir: '.spark/keys' },
    });
  });

  it('takes the operator token without the line end of the file that it comes from', () => {
    const command = parseCommand(words(`${preview} --for HR`), { SPARK_OPERATOR_TOKEN: 'token\r\n' });
    expect(command).toMatchObject({ credential: { kind: 'operator', token: 'token' } });
  });

  it('takes the operator token from the file that its variable names, and says what is wrong with that file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-cli-'));
    const file = join(folder, 'token');
    const read = () => parseCommand(words(`${preview} --for HR`), { SPARK_OPERATOR_TOKEN_FILE: file });
    expect(read).toThrow(/SPARK_OPERATOR_TOKEN_FILE names .*token, which cannot be read/);
    writeFileSync(file, 'of-a-file\n');
    expect(read()).toMatchObject({ credential: { kind: 'operator', token: 'of-a-file' } });
    rmSync(folder, { recursive: true });
  });

  it('takes document ids and the size of the sample', () => {
    const command = `${preview} --as HR --documents cars/1-A,cars/2-A --sample 20 --url http://fleet:5001 --json`;
    expect(parseCommand(words(command), {})).toMatchObject({
      documents: ['cars/1-A', 'cars/2-A'],
      sample: 20,
      url: 'http://fleet:5001',
      json: true,
    });
  });

  it.each([
    ['deploy', /Unknown command "deploy".*preview, set-aside list, set-aside retry/],
    ['preview --as HR', /--module is missing/],
    ['preview --module Fleet --as HR --script a.js', /--collection is missing/],
    ['preview --module Fleet --as HR --collection Cars', /--script is missing/],
    [preview, /Give --token/],
    [`${preview} --token x`, /--for is missing/],
    [`${preview} --as HR --sample 1000`, /--sample has to be a whole number from 1 to 100/],
    [`${preview} --as HR --colour red`, /Unknown option "--colour"/],
    [`${preview} --as HR --url fleet:5001`, /--url has to begin with http/],
    [`${preview} --as HR --url http://fleet:99999`, /--url has to begin with http.* followed by a host/],
    [`${preview} --as HR --url http://`, /--url has to begin with http.* followed by a host/],
    [
      `${preview} --for HR --token “token”`,
      /The operator token .* cannot be sent: it has to be one line of ASCII/,
    ],
    [`${preview} --for HR --token pässword`, /The operator token .* cannot be sent/],
    ['set-aside', /Unknown command "set-aside"/],
    ['set-aside retry --module Fleet --token x --documents cars/1', /--documents needs --task/],
  ])('%s: says what is not right', (line, message) => {
    expect(() => parseCommand(words(line), {})).toThrow(message);
    expect(() => parseCommand(words(line), {})).toThrow(CliError);
  });
});

describe('an answer that is not a success', () => {
  const way: Way = {
    module: 'Fleet',
    url: null,
    credential: { kind: 'operator', token: 'canary' },
    json: false,
  };

  it('shows line and column of what is wrong in a script', () => {
    const errors = [{ pointer: '/scripts/0/script', detail: 'Unexpected token', line: 2, column: 7 }];
    const problem = {
      title: 'A script was refused',
      detail: 'A script cannot be deployed; see errors.',
      errors,
    };
    expect(explain(way, 422, problem)).toBe(
      'Fleet: A script cannot be deployed.\n  line 2, column 7: Unexpected token',
    );
  });

  it('says what helps against a wrong token, without showing it', () => {
    const message = explain(way, 401, { detail: 'A valid module or operator token is needed.' });
    expect(message).toMatch(/^Fleet refuses the token: .* SPARK_OPERATOR_TOKEN of Fleet\.$/);
    expect(message).not.toMatch(/canary/);
  });

  it('says why a module is not known, where the module itself says that', () => {
    const type = 'urn:spark:problem:token-times';
    expect(explain(way, 401, { type, detail: 'The clocks differ.' })).toBe('Fleet: The clocks differ.');
    const asModule: Way = { ...way, credential: { kind: 'module', name: 'HR', keysDir: 'keys' } };
    expect(explain(asModule, 401, { detail: 'The token is not valid here.' })).toBe(
      'Fleet does not know the key of HR.',
    );
  });

  it('says something for any answer', () => {
    expect(explain(way, 502, undefined)).toMatch(/answers 502/);
  });
});

describe('a difference of two documents', () => {
  it('is told by fields, with values as they are written', () => {
    expect(diffFields('{"A":1,"B":"x","C":[1, 2]}', '{"A":1.0,"C":[1, 2],"D":null}')).toEqual([
      { sign: '-', text: 'A: 1' },
      { sign: '+', text: 'A: 1.0' },
      { sign: '-', text: 'B: "x"' },
      { sign: '+', text: 'D: null' },
    ]);
  });
});

describe('what is shown', () => {
  const put = (id: string, fields: string) => ({ type: 'put' as const, id, collection: 'Cars', fields });
  const summary = {
    documents: 3,
    copied: 1,
    filtered: 1,
    failed: 1,
    missing: 0,
    skipped: 0,
    newCopies: 0,
    changedCopies: 1,
    goneCopies: 1,
    sameCopies: 0,
  };
  const result: PreviewResult = {
    owner: 'Fleet',
    requestingModule: 'HR',
    scripts: [
      {
        name: 'Cars',
        collection: 'Cars',
        targets: ['Cars'],
        running: { generation: 3, same: false },
        summary,
        warnings: [],
        documents: [
          {
            id: 'cars/1',
            status: 'copied',
            commands: [put('cars/1', '{"Model":"VW","Price":10.50}')],
            failure: null,
            against: {
              outcome: 'different',
              copies: [{ id: 'cars/1', change: 'changed', before: [put('cars/1', '{"Model":"VW"}')] }],
            },
            cut: false,
          },
          {
            id: 'cars/2',
            status: 'filtered',
            commands: [{ type: 'delete', id: 'cars/2' }],
            failure: null,
            against: {
              outcome: 'different',
              copies: [{ id: 'cars/2', change: 'gone', before: [put('cars/2', '{}')] }],
            },
            cut: false,
          },
          {
            id: 'cars/3',
            status: 'failed',
            commands: [],
            failure: { kind: 'thrown', script: 'Cars', line: 2, column: 5, reason: 'TypeError: no' },
            against: { outcome: 'fails', copies: [] },
            cut: false,
          },
        ],
      },
    ],
  };

  it('of a preview: each document, what would come and go, and the sum', () => {
    expect(renderPreview(result)).toBe(
      [
        'Fleet -> HR: Cars  (Cars -> Cars; compared with the running script, generation 3)',
        '',
        'cars/1  copied: its copies change',
        '  ~ cars/1  (Cars)',
        '    + Price: 10.50',
        '',
        'cars/2  filtered: its copies change',
        '  - cars/2  (Cars)',
        '      {}',
        '',
        'cars/3  failed: with the running script it does not fail',
        '  ! line 2, column 5: TypeError: no',
        '',
        '3 documents: 1 copied, 1 filtered, 1 failed; copies: 0 new, 1 changed, 1 gone, 0 the same',
      ].join('\n'),
    );
    expect(isGood(result)).toBe(false);
  });

  it('of set-aside documents: where, why and how often', () => {
    const at = '2026-01-02T03:04:05.000Z';
    const item = {
      direction: 'out' as const,
      module: 'HR',
      task: 'Cars',
      collection: 'Cars',
      documentId: 'cars/3',
      copyId: null,
      kind: 'thrown',
      reason: 'TypeError: no',
      line: 2,
      column: 5,
      etag: 7,
      count: 2,
      firstAt: at,
      lastAt: at,
      script: null,
    };
    const task = { direction: 'out' as const, module: 'HR', task: 'Cars', collection: 'Cars' };
    const tasks = [{ ...task, count: 1, notListed: 0, retrying: true }];
    expect(renderSetAside('Fleet', { total: 1, skip: 0, take: 50, tasks, items: [item] })).toBe(
      [
        'Fleet -> HR: Cars  1 set aside, some about to be run again',
        '',
        `cars/3  Cars, thrown, 2 times, last ${at}`,
        '  ! line 2, column 5: TypeError: no',
      ].join('\n'),
    );
    expect(renderSetAside('Fleet', { total: 0, skip: 0, take: 50, tasks: [], items: [] })).toMatch(/nothing/);
    expect(renderRetried('Fleet', [{ direction: 'in', module: 'HR', task: 'P', documents: 4 }])).toMatch(
      /HR -> Fleet: P {2}4 to be run again/,
    );
  });
});
