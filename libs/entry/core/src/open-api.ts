export { withSparkRoutes } from '@nestjs-spark/observability/open-api';
