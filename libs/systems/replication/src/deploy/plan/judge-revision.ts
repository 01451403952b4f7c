import type { DeploymentDocument } from './deployment-document.ts';
import type { DeploymentPlan } from './plan-deployment.ts';

/** Why a request comes too late, or null when it may be carried out. */
export function tooOld(
  current: DeploymentDocument | null,
  revision: number | null,
  plan: DeploymentPlan,
): string | null {
  if (current === null || revision === null || revision > current.revision) return null;
  if (revision < current.revision) return `Revision ${current.revision} is deployed; this is ${revision}.`;
  return plan.differs ? `Revision ${revision} is deployed already, with other scripts.` : null;
}
