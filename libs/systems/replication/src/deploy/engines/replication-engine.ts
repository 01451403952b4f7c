import type { EngineName } from '@nestjs-spark/contracts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeploymentDocument } from '../plan/deployment-document.ts';

/**
 * Carries what an owner has agreed to. It receives everything that one requester is to get, never the difference, so
 * telling it again after a crash, at every start, or twice at once does no harm.
 */
export interface ReplicationEngine {
  readonly name: EngineName;
  /**
   * @throws {ProblemError} when the deployment cannot be carried out, with the answer for the requester
   * @throws {UnavailableError} when something it needs is away; telling it again helps
   */
  carryOut(deployment: DeploymentDocument): Promise<void>;
  /** The requester's tasks, as they are now. */
  report(deployment: DeploymentDocument): Promise<EngineTask[]>;
  /** Ends all that this engine does for the requester. */
  end(requester: string): Promise<void>;
}
