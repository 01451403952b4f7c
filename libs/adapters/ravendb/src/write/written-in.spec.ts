import { describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts';
import { RavenHttp } from '../connect/raven-http.ts';
import { write } from './transaction.ts';
import { writtenIn } from './written-in.ts';

const http = { database: 'd' };
const answer = (status: number, text: string) => ({ status, body: Buffer.from(text), whole: true });
const missing = (Type: string) => JSON.stringify({ Type, Message: 'no' });
const RESULT = '{"Type":"PUT","@change-vector":"A:1-x"}';

describe('A transaction', () => {
  it.each([`{"Results":[${RESULT}]}`, `{"Results":[${RESULT}],"TransactionIndex":5}\n`, '{"Results":[]}'])(
    'is written where RavenDB says so: %s',
    (text) => {
      expect(String(writtenIn(http, answer(200, text)))).toBe(text);
    },
  );

  it.each([
    [200, ''],
    [200, '<html>welcome</html>'],
    [200, '{}'],
    [204, ''],
    [200, `{"Results":[${RESULT}`],
    [200, `{"Results":[${RESULT},${RESULT.slice(0, -1)}`],
    [404, ''],
    [404, '{"message":"no Route matched with those values"}'],
  ])('is not known to be written by %s %s', (status, text) => {
    expect(() => writtenIn(http, answer(status, text))).toThrow(UnavailableError);
  });

  it('is refused where RavenDB names a reason, whatever the status', () => {
    const other = answer(404, missing('System.IO.FileNotFoundException'));
    expect(() => writtenIn(http, other)).toThrow(StoreRefusedError);
  });

  it('is never counted as written by an answer that says nothing of it', async () => {
    const connection = new RavenHttp({ urls: ['http://127.0.0.1:9'], database: 'd' });
    connection.request = async () => answer(404, '');
    const fence = { id: 'x', document: '{}', expected: null };
    await expect(write(connection, { deletes: [], puts: [], fence })).rejects.toThrow(UnavailableError);
    await connection.close();
  });
});
