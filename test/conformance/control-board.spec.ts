import { describeWithServers } from '@nestjs-spark/servers/testing';
import { jetstreamBoard } from './adapters/board-under-test.ts';
import { memoryBoard } from './adapters/memory.ts';
import { controlBoardConformance } from './control-board.conformance.ts';

for (const board of [jetstreamBoard, memoryBoard]) {
  describeWithServers(board.needs, `conformance of ${board.name}`, () => controlBoardConformance(board));
}
