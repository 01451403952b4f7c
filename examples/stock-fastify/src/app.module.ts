import { Controller, Get, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import {
  Entity,
  InjectRepository,
  Replicated,
  Repository,
  sparkConfig,
  SparkModule,
  type Page,
} from '@nestjs-spark/core';

@Entity()
@Replicated({ sourceModule: 'Orders', sourceCollection: 'Orders', fields: ['sku', 'amount'] })
export class Order {
  sku!: string;
  amount!: number;
}

@Controller('orders')
export class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Get()
  list(): Promise<Page<Order>> {
    return this.orders.list();
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [sparkConfig] }),
    SparkModule.forRootAsync(sparkConfig.asProvider()),
    SparkModule.forFeature([Order]),
  ],
  controllers: [OrdersController],
})
export class AppModule {}
