import type { ControlBoard } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection, JetStreamControlBoard } from '@nestjs-spark/jetstream/internal';
import { type NeededServer, testServers } from '@nestjs-spark/servers/testing';

/** What a control board has to be for its suite. */
export interface BoardUnderTest {
  name: string;
  needs: readonly NeededServer[];
  open(): Promise<OpenBoard>;
  /** A board that nobody answers for. */
  unreachable(): Promise<OpenBoard>;
}

export interface OpenBoard {
  board(): ControlBoard;
  drop(): Promise<void>;
}

export const jetstreamBoard: BoardUnderTest = {
  name: 'JetStream',
  needs: ['nats'],
  open: async () => openBoard(testServers().natsUrl),
  unreachable: async () => openBoard('nats://127.0.0.1:9'),
};

function openBoard(url: string): OpenBoard {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url, name: 'conformance', log: silent });
  return {
    board: () => new JetStreamControlBoard(connection, silent),
    drop: () => connection.close(),
  };
}
