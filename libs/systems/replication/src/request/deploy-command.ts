import { isName, type EtlScriptRequest } from '@nestjs-spark/contracts';

/**
 * What waits on the bus for an owner: everything but the credential and the address, which are made and looked up when it
 * is delivered.
 */
export interface DeployCommand {
  owner: string;
  request: EtlScriptRequest & { revision: number };
}

/** Takes a message for what it is; null when it is no such command. */
export function readDeployCommand(value: unknown): DeployCommand | null {
  if (typeof value !== 'object' || value === null) return null;
  const { owner, request } = value as Partial<DeployCommand>;
  if (!isName(owner) || typeof request !== 'object' || request === null) return null;
  return Number.isSafeInteger(request.revision) && Array.isArray(request.scripts) ? { owner, request } : null;
}
