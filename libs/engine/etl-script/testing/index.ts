export { etlDocument, etlScript } from './arbitrary-scripts.ts';
export { NORTHWIND_SCRIPTS } from './northwind-scripts.ts';
