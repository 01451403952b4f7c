import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiController, CurrentCaller, MinimumRole, type ApiCaller } from '@nestjs-spark/auth/internal';
import { ApiOperation, ReadsNoFields } from '@nestjs-spark/observability/internal';
import { JobTests } from '../prove/job-tests.ts';
import type { TestReport } from '../prove/test-report.ts';
import { ApiLoad, ApiTestedBackend } from './described-bodies.ts';
import { RawText } from './raw-text.ts';
import { accessOf, readTest } from './read-query.ts';

/** End-to-end tests of jobs, run as jobs. */
@ApiController('api/tests', 'jobs')
export class TestsController {
  private readonly tests: JobTests;

  constructor(tests: JobTests) {
    this.tests = tests;
  }

  @Post('load')
  @ApiLoad()
  @HttpCode(202)
  @ApiOperation({ summary: 'Run records through jobs and measure' })
  async load(@RawText() text: string, @CurrentCaller() caller: ApiCaller) {
    return this.tests.start({ testType: 'load', ...readTest(text, true) }, accessOf(caller));
  }

  @Post('regression')
  @ApiTestedBackend()
  @HttpCode(202)
  @ApiOperation({ summary: 'Compare results with earlier ones' })
  async regression(@RawText() text: string, @CurrentCaller() caller: ApiCaller) {
    return this.tests.start({ testType: 'regression', ...readTest(text) }, accessOf(caller));
  }

  @Post('edge')
  @ApiTestedBackend()
  @HttpCode(202)
  @ApiOperation({ summary: 'Run edge cases' })
  async edge(@RawText() text: string, @CurrentCaller() caller: ApiCaller) {
    return this.tests.start({ testType: 'edge', ...readTest(text) }, accessOf(caller));
  }

  @Post('regression/baseline')
  @ReadsNoFields()
  @HttpCode(200)
  @MinimumRole('operator')
  @ApiOperation({ summary: 'Accept the current results of the regression cases as correct' })
  async baseline(@CurrentCaller() caller: ApiCaller) {
    return { baseline: await this.tests.takeBaseline(accessOf(caller)) };
  }

  @Get(':testId')
  @ApiOperation({ summary: 'A test with its checks and figures' })
  async get(@Param('testId') testId: string, @CurrentCaller() caller: ApiCaller): Promise<TestReport> {
    return this.tests.get(testId, accessOf(caller));
  }
}
