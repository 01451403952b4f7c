import { Inject } from '@nestjs/common';
import type { EntityClass } from '../entities/entity.ts';
import { DOCUMENT_STORE, repositoryToken } from './tokens.ts';

/**
 * Injects `Repository<TheClass>`. The class has to be in a `SparkStoreModule.forFeature([…])` that this module imports; otherwise
 * Nest fails at startup and names what is missing.
 */
export const InjectRepository = (entity: EntityClass): ParameterDecorator => Inject(repositoryToken(entity));

/** Injects RavenDB's own `DocumentStore` (from the package `ravendb`), or null on another store. */
export const InjectDocumentStore = (): ParameterDecorator => Inject(DOCUMENT_STORE);
