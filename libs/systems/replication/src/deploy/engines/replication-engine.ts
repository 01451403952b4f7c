import type { EngineName } from '@nestjs-spark/contracts';
import type { EngineTask } from '../../tasks/task-status.ts';
import type { DeploymentDocument } from '../plan/deployment-document.ts';

/**
 * Carries out an owner's agreements. It always receives everything that one requester is to get, never a difference, so repeating it after a crash,
 * at every start, or twice at once does no harm.
 */
export interface ReplicationEngine {
  readonly name: EngineName;
  /**
   * @throws {ProblemError} if the deployment cannot be carried out, with the answer for the requester
   * @throws {UnavailableError} if a server it needs is down; a retry helps
   */
  carryOut(deployment: DeploymentDocument): Promise<void>;
  /** The current state of the requester's tasks. */
  report(deployment: DeploymentDocument): Promise<EngineTask[]>;
  /** Ends everything that this engine does for the requester. */
  end(requester: string): Promise<void>;
}
