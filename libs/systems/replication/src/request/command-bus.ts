import { isName, type EtlScriptRequest } from '@nestjs-spark/contracts';

/** `CommandBus` */
export const COMMAND_BUS = Symbol('SPARK_COMMAND_BUS');

/** Carries commands to this module's own handler, durably. */
export interface CommandBus {
  /** Stores the command in place of an older one on its subject. Throws `UnavailableError` while the bus is away. */
  send(subject: string, command: object): Promise<void>;
  /** Whether the last command on this subject is still stored, handled or not. Throws `UnavailableError` while the bus is away. */
  holds(subject: string): Promise<boolean>;
  /** Removes the dead letters that commands on this subject have become. @returns how many there were */
  dropDeadLetters(subject: string): Promise<number>;
}

/** One delivery of a command. */
export interface Delivery {
  /** 1 for the first. */
  attempt: number;
  /** No retry follows this one. */
  last: boolean;
}

/**
 * What waits on the bus for an owner: everything but the credential and the address, which are made and looked up when it
 * is delivered.
 */
export interface DeployCommand {
  owner: string;
  request: EtlScriptRequest & { revision: number };
}

/** Reads a message as a command; null when it is not a deployment command. */
export function readDeployCommand(value: unknown): DeployCommand | null {
  if (typeof value !== 'object' || value === null) return null;
  const { owner, request } = value as Partial<DeployCommand>;
  if (!isName(owner) || typeof request !== 'object' || request === null) return null;
  return Number.isSafeInteger(request.revision) && Array.isArray(request.scripts) ? { owner, request } : null;
}
