import { Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiController, MinimumRole } from '@nestjs-spark/auth/internal';
import { ProblemError } from '@nestjs-spark/contracts';
import { isObject, isWhole } from '@nestjs-spark/foundation/internal';
import { ApiOperation, nodeRequest, wrong, type PlatformRequest } from '@nestjs-spark/observability/internal';
import { readDefinition } from '../definition/read-definition.ts';
import { DefinitionRefusedError } from '../definition/refusal.ts';
import { DEFINITION_SCHEMA } from '../definition/schema.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import type { Fields } from '../expression/compile-expression.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { runTestsWith, TESTS_MS } from '../transform/run-tests.ts';
import { warningsOf } from './warnings.ts';
import { ApiDefinition, ApiPreview } from './described-bodies.ts';
import { MOST_PREVIEWED, preview, PREVIEW_MS, PREVIEWED } from './preview.ts';
import { answered, refusedWhole } from './problems.ts';
import { BodyText, readBody } from './read-request.ts';

/** Requests about definitions that need no pipeline. */
@ApiController('api/pipelines', 'definitions')
export class DefinitionsController {
  private readonly node: PipelinesNode;

  constructor(node: PipelinesNode) {
    this.node = node;
  }

  @Get('schema')
  @ApiOperation({ summary: 'The JSON Schema of definitions' })
  schema(): object {
    return DEFINITION_SCHEMA;
  }

  @Post('validate')
  @ApiDefinition()
  @HttpCode(200)
  @ApiOperation({ summary: 'Check a definition' })
  async validate(@BodyText() text: string): Promise<object> {
    const definition = checked(text);
    const because = 'This version does not run pipelines on Apache Spark.';
    return {
      valid: true,
      warnings: warningsOf(definition, this.node.around.connections),
      spark: { possible: false, because },
    };
  }

  @Post('test')
  @ApiDefinition()
  @HttpCode(200)
  @ApiOperation({ summary: "Run a definition's own tests" })
  @MinimumRole('editor')
  async test(@BodyText() text: string, @Req() request: PlatformRequest): Promise<object> {
    const definition = checked(text);
    const work = (signal: AbortSignal) => runTestsWith(definition, this.node.scripts, signal);
    const tests = await answered(() => whileAsked(request, TESTS_MS, work));
    const passed = tests.filter((test) => test.passed).length;
    return { passed, failed: tests.length - passed, tests };
  }

  @Post('preview')
  @ApiPreview()
  @HttpCode(200)
  @MinimumRole('editor')
  @ApiOperation({ summary: 'What each step makes of some records' })
  async preview(@BodyText() text: string, @Req() request: PlatformRequest): Promise<object> {
    const asked = readBody(text, ['definition', 'limit', 'records']);
    const given = asked['definition'] ?? null;
    if (given === null) throw wrong('definition', 'is missing');
    const definition = checked(typeof given === 'string' ? given : JSON.stringify(given));
    const limit = limitOf(asked['limit']);
    const records = recordsOf(asked['records']);
    const { around, scripts } = this.node;
    const parts = { definition, limit, around, scripts, ...(records && { records }) };
    const work = (signal: AbortSignal) => preview({ ...parts, signal });
    return { records: await answered(() => whileAsked(request, PREVIEW_MS, work)) };
  }
}

/** Ends work after some time, or when the caller disconnects. That is seen on the socket: a request closes once its body is read. */
async function whileAsked<T>(
  request: PlatformRequest,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { socket } = nodeRequest(request);
  const left = new AbortController();
  const leave = () => left.abort();
  socket.once('close', leave);
  try {
    return await work(AbortSignal.any([left.signal, AbortSignal.timeout(milliseconds)]));
  } finally {
    socket.off('close', leave);
  }
}

/** @throws {ProblemError} 422 with all faults */
function checked(text: string): PipelineDefinition {
  try {
    return readDefinition(text);
  } catch (error) {
    throw error instanceof DefinitionRefusedError ? refusedWhole(error) : error;
  }
}

/** In JSON, a number in quotes is not a number. */
function limitOf(value: unknown): number {
  if (value === undefined) return PREVIEWED;
  if (isWhole(value) && value >= 1 && value <= MOST_PREVIEWED) return value;
  throw wrong('limit', `has to be a whole number from 1 to ${MOST_PREVIEWED}`);
}

function recordsOf(value: unknown): Fields[] | null {
  if (value === undefined) return null;
  const isRecords = Array.isArray(value) && value.length <= MOST_PREVIEWED && value.every(isObject);
  if (isRecords) return value as Fields[];
  throw new ProblemError('invalid', `records has to be a list of at most ${MOST_PREVIEWED} objects.`);
}
