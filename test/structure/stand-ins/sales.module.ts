export class SalesModule {}
