import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import type { Health } from './health.js'

/** Answers a request, or says that it is not its own. */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => boolean | Promise<boolean>

export interface HttpOptions {
  host: string
  port: number
  /** The service is as well as the worst of them. */
  healths: readonly Health[]
  registry: Registry
  routes?: readonly Route[]
  onError: (error: unknown) => void
}

export interface HttpServer {
  /** Where it listens. */
  url: string
  port: number
  close: () => Promise<void>
}

/** /healthz, /readyz, /metrics and the routes given. */
export async function openHttp({ host, port, healths, registry, routes = [], onError }: HttpOptions): Promise<HttpServer> {
  const sickness = (): string | undefined => healths.map((health) => health.sickness()).find((trouble) => trouble !== undefined)
  const notReady = (): string | undefined => healths.map((health) => health.notReady).find((trouble) => trouble !== undefined)
  const own: Route = async (_request, response, path) => {
    if (path === '/healthz') say(response, sickness())
    else if (path === '/readyz') say(response, notReady() ?? sickness())
    else if (path === '/metrics') response.setHeader('Content-Type', registry.contentType).end(await registry.metrics())
    else return false
    return true
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    for (const route of [own, ...routes]) if (await route(request, response, path)) return
    const trouble = notReady()
    if (trouble === undefined) sendJson(response, 404, { error: `there is nothing at ${path}` })
    else sendJson(response, 503, { error: trouble })
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error)
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: 'a fault of ours; the call is not stored' })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, port: bound, close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => { resolve() })
    server.closeIdleConnections()
  })
}

function say(response: ServerResponse, trouble: string | undefined): void {
  response.statusCode = trouble === undefined ? 200 : 503
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8').end(`${trouble ?? 'ok'}\n`)
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('Content-Type', 'application/json; charset=UTF-8').end(`${JSON.stringify(body)}\n`)
}
