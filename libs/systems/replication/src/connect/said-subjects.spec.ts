import { describe, expect, it } from '@jest/globals';
import * as contracts from '@nestjs-spark/contracts/internal';
import { replicationGrants } from './bus-grants.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

/** Each subject on which a module publishes, by the function that makes it, and the one module that says it. */
const SAID: Record<string, { subject: string; by: string[] }> = {
  taskSubject: { subject: contracts.taskSubject(TASK), by: ['Fleet'] },
  capturedSubject: { subject: contracts.capturedSubject(TASK), by: ['Fleet'] },
  sourceSubject: { subject: contracts.sourceSubject('Fleet', 'HR'), by: ['Fleet'] },
  deployedSubject: { subject: contracts.deployedSubject('Fleet', 'HR'), by: ['Fleet'] },
  rerunSubject: { subject: contracts.rerunSubject(TASK), by: ['Fleet'] },
  resyncSubject: { subject: contracts.resyncSubject(TASK), by: ['Fleet', 'HR'] },
  confirmationSubject: { subject: contracts.confirmationSubject(TASK), by: ['HR'] },
  appliedSubject: { subject: contracts.appliedSubject(TASK), by: ['HR'] },
  deployCommandSubject: { subject: contracts.deployCommandSubject('HR', 'Fleet'), by: ['HR'] },
  registeredSubject: { subject: contracts.registeredSubject('Sales'), by: ['Sales'] },
  auditSubject: { subject: contracts.auditSubject('Fleet'), by: ['Fleet'] },
};

describe('The permissions of replication', () => {
  it('know every subject that there is a function for', () => {
    const made = Object.keys(contracts).filter((name) => /[a-z]Subject$/.test(name));
    expect(Object.keys(SAID).toSorted()).toEqual(made.toSorted());
  });

  it.each(Object.entries(SAID))(
    '%s: may be published by whom it belongs to, and nobody else',
    (_name, { subject, by }) => {
      const routes = [{ owner: 'Fleet', requester: 'HR' }];
      const may = ['Fleet', 'HR', 'Sales'].filter((module) =>
        replicationGrants(module, routes).publish.some((pattern) => matches(pattern, subject)),
      );
      expect(may).toEqual(by);
    },
  );
});

/** As NATS does it. */
function matches(pattern: string, subject: string): boolean {
  const tokens = subject.split('.');
  const wanted = pattern.split('.');
  return wanted.at(-1) === '>'
    ? tokens.length >= wanted.length &&
        wanted.slice(0, -1).every((one, at) => one === '*' || one === tokens[at])
    : tokens.length === wanted.length && wanted.every((one, at) => one === '*' || one === tokens[at]);
}
