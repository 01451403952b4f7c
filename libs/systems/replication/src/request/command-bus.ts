import { isName } from '@nestjs-spark/contracts';
import { isObject, isWhole } from '@nestjs-spark/foundation/internal';

/** The injection token of `CommandBus`. */
export const COMMAND_BUS = Symbol('SPARK_COMMAND_BUS');

/** Delivers commands durably to this module's own handler. */
export interface CommandBus {
  /** Stores the command, replacing an older one on its subject. @throws {UnavailableError} while the bus is down */
  send(subject: string, command: object): Promise<void>;
  /** The last value that is still stored on this subject, handled or not; null for none. @throws {UnavailableError} while the bus is down */
  last(subject: string): Promise<unknown>;
  /** Removes the dead letters of commands on this subject. @returns how many there were */
  dropDeadLetters(subject: string): Promise<number>;
}

/** One delivery of a command. */
export interface Delivery {
  /** 1 for the first. */
  attempt: number;
  /** Whether no retry follows. */
  last: boolean;
}

/**
 * Waits on the bus for an owner. It only says that this module has a request, never which: anyone who can publish there can ring this bell. The
 * request itself is in the module's own record, and the credential and the address are determined when it is sent.
 */
export interface DeployCommand {
  owner: string;
  /** The record's revision when the command was sent. */
  revision: number;
}

/** Reads a message as a command; null if it is not one. The set in commands of earlier versions is ignored. */
export function readDeployCommand(value: unknown): DeployCommand | null {
  if (!isObject(value)) return null;
  const { owner, revision, request } = value;
  const counted = isObject(request) ? request['revision'] : revision;
  return isName(owner) && isWhole(counted) ? { owner, revision: counted } : null;
}
