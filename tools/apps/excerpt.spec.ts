import { describe, expect, it } from '@jest/globals';
import { excerpt } from './excerpt.ts';

const line = (level: string, text: string) => `[Nest] 1  - 11/27/2026, 10:22:46 AM   ${level} ${text}`;

describe('what is shown of a log when something has failed', () => {
  it('is what went wrong first, then what came last, without what Nest says of every class and route', () => {
    const wrong = `${line('ERROR', '[Commands] refused')}\n    at a stack`;
    const log = [
      line('  LOG', '[InstanceLoader] AppModule dependencies initialized'),
      line(' WARN', '[SparkAuth] The API is open'),
      wrong,
      line('  LOG', '[RouterExplorer] Mapped {/cars, GET} route'),
      line('DEBUG', '[LeaseKeeper] Lease held'),
      line('  LOG', '[Spark] Copies complete: 0 of 1'),
    ].join('\n');
    expect(excerpt(log)).toBe(
      [
        wrong,
        line(' WARN', '[SparkAuth] The API is open'),
        line('  LOG', '[Spark] Copies complete: 0 of 1'),
      ].join('\n'),
    );
  });

  it('is why an app cannot start, with all its lines, before everything else', () => {
    const why = 'Fleet cannot start. Its settings cannot be used:\n  - NATS_URL\n  - RAVENDB_URLS';
    expect(excerpt(`${line('  LOG', '[JetStream] Connected')}\n${why}`)).toBe(
      `${why}\n${line('  LOG', '[JetStream] Connected')}`,
    );
  });

  it('has the last entries where there are many, and says so where there is nothing', () => {
    const log = Array.from({ length: 30 }, (_, at) => line('  LOG', `[Spark] ${at}`)).join('\n');
    expect(excerpt(log, 2)).toBe([line('  LOG', '[Spark] 28'), line('  LOG', '[Spark] 29')].join('\n'));
    expect(excerpt('')).toBe('(nothing that helps)');
  });
});
