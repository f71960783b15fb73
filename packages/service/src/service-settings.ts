import { z } from 'zod'
import { wholeNumber } from './settings.js'

/** What every service has. */
export const ServiceSettings = z.object({
  YUZHI_CONFIG: z.string().optional().describe('Folder of the rules; absent: config in the working folder, else that of the program'),
  YUZHI_CACHE: z.string().optional().describe('Folder of trained models, made anew where it is lost'),
  YUZHI_HTTP_HOST: z.string().default('127.0.0.1').describe('Address of /healthz, /readyz and /metrics'),
  YUZHI_HTTP_PORT: wholeNumber(0, 65_535).default(9464).describe('Their port; 0: any that is free'),
  YUZHI_STOP_DEADLINE_MS: wholeNumber(100).default(25_000).describe('After SIGTERM work in hand is finished for so long, then left (below the 30 s that orchestrators grant)'),
  YUZHI_STALL_MS: wholeNumber(1_000).default(120_000).describe('/healthz fails when there is work and nothing moved for so long'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug']).default('info').describe('Least level that is logged'),
})
export type ServiceSettings = z.infer<typeof ServiceSettings>
