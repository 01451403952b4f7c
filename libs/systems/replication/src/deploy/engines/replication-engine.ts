import type { EngineName, TaskState } from '@nestjs-spark/contracts';
import type { CarriedBy } from '@nestjs-spark/streaming/internal';
import type { DeploymentDocument } from '../plan/deployment-document.ts';

/**
 * Carries what an owner has agreed to. It is told the whole of what one requester is to get, not the difference, so that
 * telling it again after a crash, at every start, or twice at once, does no harm.
 */
export interface ReplicationEngine {
  readonly name: EngineName;
  /**
   * @throws {ProblemError} when the deployment cannot be carried out, with what the requester is told
   * @throws {UnavailableError} when something it needs is away; telling it again helps
   */
  carryOut(deployment: DeploymentDocument): Promise<void>;
  /** How the requester's tasks stand. */
  report(deployment: DeploymentDocument): Promise<EngineTaskReport[]>;
  /** Ends all that this engine does for the requester. */
  end(requester: string): Promise<void>;
}

/** One task as its engine sees it. What an engine cannot know is null. */
export interface EngineTaskReport {
  name: string;
  collection: string;
  state: TaskState;
  generation: number;
  /** Everything up to here has left this module. */
  position: number | null;
  confirmedEtag: number | null;
  sourceEtag: number | null;
  /** Etags between what is confirmed and the newest one, at most. */
  lag: number | null;
  /** Age of what is confirmed, in milliseconds; 0 when nothing is missing. */
  behindMs: number | null;
  /** The first copy is complete. */
  complete: boolean;
  documentsRead: number | null;
  documentsTotal: number | null;
  setAside: number | null;
  errors: number;
  lastError: string | null;
  deletes: 'kept' | 'best-effort';
  /** This instance carries it. */
  active: boolean;
  carriedBy: CarriedBy;
}
