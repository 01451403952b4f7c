import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Entity, InjectRepository, Repository, Shared, SparkModule, type Stored } from '@nestjs-spark/core';

@Entity()
@Shared({ with: ['Billing', 'Stock'] })
export class Order {
  sku!: string;
  amount!: number;
}

@Controller('orders')
class OrdersController {
  constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {}

  @Post()
  create(@Body() order: Order): Promise<Stored<Order>> {
    return this.orders.create(order);
  }
}

@Module({
  imports: [SparkModule.forRoot({ moduleName: 'Orders' }), SparkModule.forFeature([Order])],
  controllers: [OrdersController],
})
class OrdersModule {}

const app = await NestFactory.create(OrdersModule);
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT']), '127.0.0.1');
