import { ProblemError } from '@nestjs-spark/contracts';
import { mayChange, mayRead, type ApiCaller } from '@nestjs-spark/auth';
import type { PipelineState } from '../aggregate/state.ts';
import { DEFAULT_TENANT, type PipelineKey } from '../store/ports.ts';

/** The tenant in which a caller makes and names pipelines. */
export const tenantOf = ({ tenant }: ApiCaller): string => tenant ?? DEFAULT_TENANT;

/** How a caller is written into events. */
export const nameOf = ({ kind, subject }: ApiCaller): string => `${kind}:${subject}`.slice(0, 256);

/** A pipeline's tenant as the rules of roles have it: that of callers without a tenant has a name only here. */
const tenantFor = (caller: ApiCaller, { tenant }: PipelineKey): string | null =>
  tenant === tenantOf(caller) ? caller.tenant : tenant;

export function canRead(caller: ApiCaller, key: PipelineKey): boolean {
  return mayRead(caller, { tenant: tenantFor(caller, key) });
}

/** Whether it is an operator of all tenants. */
export const seesAll = ({ role, tenant }: ApiCaller): boolean => role === 'operator' && tenant === null;

/** @throws {ProblemError} `forbidden` (403): an editor changes what it made, an operator everything */
export function requireChange(caller: ApiCaller, key: PipelineKey, { createdBy }: PipelineState): void {
  const [kind = '', ...subject] = (createdBy ?? '').split(':');
  const owned = {
    kind: kind as ApiCaller['kind'],
    subject: subject.join(':'),
    tenant: tenantFor(caller, key),
  };
  if (mayChange(caller, owned)) return;
  throw new ProblemError('forbidden', 'Editors change the pipelines that they made; operators change all.');
}
