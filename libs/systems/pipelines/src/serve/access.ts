import { ProblemError } from '@nestjs-spark/contracts';
import { mayChange, mayRead, type ApiCaller } from '@nestjs-spark/auth';
import type { PipelineState } from '../aggregate/state.ts';
import { DEFAULT_TENANT, type PipelineKey } from '../store/ports.ts';

/** The tenant in which a caller creates and names pipelines. */
export const tenantOf = ({ tenant }: ApiCaller): string => tenant ?? DEFAULT_TENANT;

/** A caller's name in events. */
export const nameOf = ({ kind, subject }: ApiCaller): string => `${kind}:${subject}`.slice(0, 256);

/** A pipeline's tenant for role checks: the tenant name of callers without one only exists in pipelines. */
const tenantFor = (caller: ApiCaller, { tenant }: PipelineKey): string | null =>
  tenant === tenantOf(caller) ? caller.tenant : tenant;

export function canRead(caller: ApiCaller, key: PipelineKey): boolean {
  return mayRead(caller, { tenant: tenantFor(caller, key) });
}

/** Whether the caller is an operator across all tenants. */
export const seesAll = ({ role, tenant }: ApiCaller): boolean => role === 'operator' && tenant === null;

/** @throws {ProblemError} `forbidden` (403): editors may change their own pipelines, operators all */
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
