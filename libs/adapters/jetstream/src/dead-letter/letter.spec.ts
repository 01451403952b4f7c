import { describe, expect, it } from '@jest/globals';
import { isLetterId, letterId, letterSubject, letterSubjects, readLetter } from './letter.ts';

const LETTER = {
  id: 'hr.commands.5',
  module: 'HR',
  consumer: 'hr_deploy',
  stream: 'SPARK_COMMANDS',
  subject: 'spark.commands.hr.deploy-etl.fleet',
  sequence: 5,
  publishedAt: '2026-01-01T00:00:00Z',
  failedAt: '2026-01-01T00:00:01Z',
  attempts: [{ number: 1, at: '2026-01-01T00:00:01Z', error: 'down' }],
  unanswered: 0,
  headers: { 'content-type': 'application/json' },
};
const FOUND_AT = 'spark.dead-letters.hr.commands.5';

describe('A dead letter', () => {
  it('is read as it was written', () => {
    expect(readLetter(JSON.stringify(LETTER), FOUND_AT)).toEqual(LETTER);
  });

  it.each([
    ['of another place', { id: 'sales.commands.5' }],
    ['for a stream in which only Spark writes', { subject: 'spark.route.fleet.hr.cars' }],
    ['for the control board', { subject: 'spark.control.task.fleet.hr.cars.resync' }],
    ['for an interface of the server', { subject: '$JS.API.STREAM.PURGE.SPARK_ROUTE_FLEET_HR' }],
    ['that tells the server what to do', { headers: { 'Nats-Rollup': 'all' } }],
    ['with headers of another form', { headers: { a: [1] } }],
    ['without attempts', { attempts: 'none' }],
    ['without a sequence', { sequence: null }],
  ])('%s is not one', (_, change) => {
    expect(readLetter(JSON.stringify({ ...LETTER, ...change }), FOUND_AT)).toBeNull();
  });

  it.each(['', '{', 'null', '5', '[]'])('is not %j', (text) => {
    expect(readLetter(text, FOUND_AT)).toBeNull();
  });

  it('has an id and a subject of its module, whatever the case of the name', () => {
    expect(letterSubject(letterId('HR', 'commands.5'))).toBe(FOUND_AT);
    expect([letterSubjects('HR'), letterSubjects(undefined)]).toEqual([
      'spark.dead-letters.hr.>',
      'spark.dead-letters.>',
    ]);
  });

  it.each(['hr.commands.*', '>', 'hr.commands', 'hr.commands.5.6', 'hr.commands.5 ', ''])(
    'is not named by %j, which could mean others as well',
    (id) => {
      expect([isLetterId('hr.commands.5'), isLetterId(id)]).toEqual([true, false]);
    },
  );
});
