import { describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import { describeError } from '@nestjs-spark/foundation/internal';
import { DatabaseMissingError, readServerError, toStoreError } from './server-error.ts';

const where = 'RavenDB at http://x';
const errorOf = (status: number, type: string, message = 'm') =>
  toStoreError(
    where,
    readServerError(status, JSON.stringify({ Type: type, Message: message, Error: 'stack' })),
  );

describe('what RavenDB answers', () => {
  it.each([
    [409, 'Raven.Client.Exceptions.ConcurrencyException', VersionConflictError],
    [500, 'Raven.Client.Exceptions.Documents.DocumentDoesNotExistException', VersionConflictError],
    [503, 'Raven.Client.Exceptions.Database.DatabaseDisabledException', UnavailableError],
    [500, 'Raven.Client.Exceptions.Database.DatabaseDoesNotExistException', DatabaseMissingError],
    // A new server, which has no database yet.
    [503, 'Raven.Client.Exceptions.NodeIsPassiveException', DatabaseMissingError],
    [502, '', UnavailableError],
    [429, '', UnavailableError],
    [500, 'System.IO.InvalidDataException', StoreRefusedError],
    [500, 'Raven.Client.Exceptions.Documents.DocumentCollectionMismatchException', StoreRefusedError],
    [402, 'Raven.Client.Exceptions.Commercial.LicenseLimitException', StoreRefusedError],
    [403, 'System.Security.Authentication.AuthenticationException', StoreRefusedError],
  ])('%s %s is told apart', (status, type, kind) => {
    expect(errorOf(status, type)).toBeInstanceOf(kind);
  });

  it('is passed on without stack traces and without the documents that were sent', () => {
    const error = errorOf(
      500,
      'System.IO.InvalidDataException',
      'Could not parse at (1,2) around: {"Secret":1}\n  at X',
    );
    expect(error.message).toContain('Could not parse at (1,2)');
    expect(error.message).not.toMatch(/Secret|at X|stack/);
  });

  it.each([
    [503, 'Raven.Client.Exceptions.Database.DatabaseDisabledException'],
    [500, 'System.IO.InvalidDataException'],
  ])('%s names its type once, however often RavenDB repeats it', (status, type) => {
    const short = type.slice(type.lastIndexOf('.') + 1);
    for (const message of [`${type}: it is off`, `${short}: it is off`, 'it is off']) {
      const said = describeError(errorOf(status, type, message));
      expect(said).toMatch(/: it is off$/);
      expect(said.split(short)).toHaveLength(2);
    }
  });

  it('may be no JSON at all', () => {
    expect(toStoreError(where, readServerError(502, '<html>')).message).toContain(where);
  });
});
