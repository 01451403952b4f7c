import { expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { ClientCredentials } from './client-credentials.ts';

it('No token is asked for where the client library is missing, and the error names it with the remedy', async () => {
  const parts = {
    issuer: 'https://id.example.com',
    audience: 'spark',
    client: { id: 'fleet', secret: 'canary', scope: null },
    schemes: ['https:'],
  };
  const missing = Object.assign(new Error("Cannot find package 'oauth4webapi' imported from /srv/a.js"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  const asked = new ClientCredentials(parts, new Breakers(), () => Promise.reject(missing)).token();
  await expect(asked).rejects.toThrow(UnavailableError);
  await expect(asked).rejects.toThrow(
    /^https:\/\/id\.example\.com cannot be asked for a token: The package oauth4webapi cannot be loaded \(ERR_MODULE_NOT_FOUND\).*npm ci/,
  );
});
