import { isName } from '@nestjs-spark/contracts';
import { isObject, isWhole } from '@nestjs-spark/foundation/internal';

/** `CommandBus` */
export const COMMAND_BUS = Symbol('SPARK_COMMAND_BUS');

/** Carries commands to this module's own handler, durably. */
export interface CommandBus {
  /** Stores the command in place of an older one on its subject. Throws `UnavailableError` while the bus is away. */
  send(subject: string, command: object): Promise<void>;
  /** The last value on this subject that is still stored, handled or not; null for none. Throws `UnavailableError` while the bus is away. */
  last(subject: string): Promise<unknown>;
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
 * What waits on the bus for an owner: that this module has something to ask, never what. Anyone who can publish there can ring
 * this bell; what is sent is in the module's own record, and the credential and the address are made and looked up then.
 */
export interface DeployCommand {
  owner: string;
  /** Of the record, when the command was sent. */
  revision: number;
}

/** Reads a message as a command; null when it is not one. The set that commands of earlier versions bring is not read. */
export function readDeployCommand(value: unknown): DeployCommand | null {
  if (!isObject(value)) return null;
  const { owner, revision, request } = value;
  const counted = isObject(request) ? request['revision'] : revision;
  return isName(owner) && isWhole(counted) ? { owner, revision: counted } : null;
}
