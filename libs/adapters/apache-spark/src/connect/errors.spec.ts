import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { toApacheSparkError } from './errors.ts';

const failed = (code: status, details: string): Error =>
  Object.assign(new Error(`${code} ${details}`), { code, details, metadata: new Metadata() });

describe('A call that failed', () => {
  it.each([
    [status.UNAVAILABLE, 'No connection established', 'away', null],
    [
      status.INTERNAL,
      '[INVALID_HANDLE.SESSION_NOT_FOUND] The handle is invalid.',
      'lost',
      'INVALID_HANDLE.SESSION_NOT_FOUND',
    ],
    [status.INTERNAL, '[INVALID_CURSOR.DISCONNECTED] The cursor …', 'taken', 'INVALID_CURSOR.DISCONNECTED'],
    [status.INTERNAL, '[OPERATION_CANCELED] Operation has been canceled.', 'cancelled', 'OPERATION_CANCELED'],
    [status.INTERNAL, '[TABLE_OR_VIEW_NOT_FOUND] The table …', 'refused', 'TABLE_OR_VIEW_NOT_FOUND'],
    [status.INTERNAL, '[not a name] at all', 'refused', null],
    [status.INTERNAL, '', 'refused', null],
  ])(
    'says what follows, and keeps the name that Apache Spark gave it: %s %s',
    (code, details, kind, name) => {
      expect(toApacheSparkError(failed(code, details))).toMatchObject({ kind, code: name });
    },
  );
});
