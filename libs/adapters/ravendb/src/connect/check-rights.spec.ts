import { describe, expect, it } from '@jest/globals';
import { judgeRights } from './check-rights.ts';

const WANTED = { databases: ['SparkHR', 'SparkModules'], refusesAdministrators: true };
const user = (databases: Record<string, string>) => ({
  clearance: 'ValidUser',
  databases: new Map(Object.entries(databases)),
});

describe('The rights of a client certificate', () => {
  it('are right with both databases, and with more on them', () => {
    expect(judgeRights(user({ sparkhr: 'Admin', sparkmodules: 'ReadWrite' }), WANTED)).toBeNull();
  });

  it('are missing, and it is said where', () => {
    expect(judgeRights(null, WANTED)).toMatch(/does not know the client certificate: register it/);
    expect(judgeRights(user({ sparkhr: 'Read' }), WANTED)).toMatch(
      /may not read and write SparkHR \(it has Read\) and SparkModules \(it has nothing\): give it ReadWrite/,
    );
  });

  it.each(['Operator', 'ClusterAdmin', 'ClusterNode'])('are too much as %s, in production', (clearance) => {
    const rights = { clearance, databases: new Map<string, string>() };
    expect(judgeRights(rights, WANTED)).toMatch(/more than a module may have.*SPARK_ALLOW_ADMIN_CERTIFICATE/);
    expect(judgeRights(rights, { ...WANTED, refusesAdministrators: false })).toBeNull();
  });
});
